/// The pattern of `cl100k_base`, alternative by alternative:
///
/// ```
/// '(?i:[sdmt]|ll|ve|re)
/// [^\r\n\p{L}\p{N}]?+\p{L}++
/// \p{N}{1,3}+
///  ?[^\s\p{L}\p{N}]++[\r\n]*+
/// \s++$|\s*[\r\n]|\s+(?!\S)|\s
/// ```
enum CL100KSplitter: Splitter {
    @inline(__always)
    static func end(of reader: TextReader, from start: Int) -> Int {
        let (first, next) = reader.character(at: start)
        if CharacterClass.letter.contains(first) { return reader.run(of: .letter, from: next) }
        if first == .number { return reader.threeNumbers(from: start) }
        if first == .lineEnd { return space(of: reader, from: start) }
        let contraction = reader.contraction(at: start, foldsCase: true)
        if contraction > start { return contraction }
        let word = reader.run(of: .letter, from: next)
        if word > next { return word }
        if CharacterClass.symbol.contains(first) { return symbols(of: reader, from: next) }
        if reader.byte(at: start) == UInt8(ascii: " "), next < reader.text.count,
            CharacterClass.symbol.contains(reader.character(at: next).class)
        {
            return symbols(of: reader, from: next)
        }
        return space(of: reader, from: start)
    }

    private static func symbols(of reader: TextReader, from start: Int) -> Int {
        reader.run(of: .lineEnd, from: reader.run(of: .symbol, from: start))
    }

    private static func space(of reader: TextReader, from start: Int) -> Int {
        let run = reader.spaces(from: start)
        if run.end == reader.text.count { return run.end }
        return run.lineEnd > 0 ? run.lineEnd : reader.spacesBeforeText(run, from: start)
    }
}
