/// The pattern of `p50k_base`, alternative by alternative:
///
/// ```
/// '(?:[sdmt]|ll|ve|re)
///  ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++
/// \s++$|\s+(?!\S)|\s
/// ```
enum P50KSplitter: Splitter {
    @inline(__always)
    static func end(of reader: TextReader, from start: Int) -> Int {
        let (first, next) = reader.character(at: start)
        if let set = runClass(of: first) {
            let contraction = reader.contraction(at: start, foldsCase: false)
            return contraction > start ? contraction : reader.run(of: set, from: next)
        }
        if reader.byte(at: start) == UInt8(ascii: " "), next < reader.text.count {
            let (second, end) = reader.character(at: next)
            if let set = runClass(of: second) { return reader.run(of: set, from: end) }
        }
        return reader.spacesBeforeText(reader.spaces(from: start), from: start)
    }

    /// What goes on in a run after a character of `first`; nil for white space.
    @inline(__always)
    private static func runClass(of first: CharacterClass) -> CharacterClass? {
        if CharacterClass.letter.contains(first) { return .letter }
        if CharacterClass.space.contains(first) { return nil }
        return first == .number ? .number : .symbol
    }
}
