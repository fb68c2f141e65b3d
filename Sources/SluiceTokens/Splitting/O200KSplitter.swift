/// The pattern of `o200k_base` and `o200k_harmony`, alternative by alternative, where `U` is `\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}`
/// and `W` is `\p{Ll}\p{Lm}\p{Lo}\p{M}`:
///
/// ```
/// [^\r\n\p{L}\p{N}]?[U]*[W]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?
/// [^\r\n\p{L}\p{N}]?[U]+[W]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?
/// \p{N}{1,3}
///  ?[^\s\p{L}\p{N}]+[\r\n/]*
/// \s*[\r\n]+|\s+(?!\S)|\s+
/// ```
///
/// Tekken, the encoding of Mistral Nemo, has no contractions and numbers of one digit.
enum O200KSplitter<Form: O200KForm>: Splitter {
    private static var either: CharacterClass { [.caseless, .mark] }
    private static var head: CharacterClass { [.upper, .caseless, .mark] }
    private static var tail: CharacterClass { [.lower, .caseless, .mark] }

    @inline(__always)
    static func end(of reader: TextReader, from start: Int) -> Int {
        let (first, next) = reader.character(at: start)
        if first == .number { return reader.numbers(from: start, most: Form.digits) }
        if first == .lineEnd { return space(of: reader, from: start) }
        let isLetter = CharacterClass.letter.contains(first)
        let word = self.word(of: reader, from: isLetter ? start : next, afterMark: first == .mark)
        if let word {
            return Form.hasContractions ? reader.contraction(at: word, foldsCase: true) : word
        }
        if CharacterClass.symbol.contains(first) { return symbols(of: reader, from: next) }
        if reader.byte(at: start) == UInt8(ascii: " "), next < reader.text.count,
            CharacterClass.symbol.contains(reader.character(at: next).class)
        {
            return symbols(of: reader, from: next)
        }
        return space(of: reader, from: start)
    }

    /// Where the word ends whose letters begin at `start`, or nil if none do. A mark before them can be their prefix, or
    /// a word alone.
    @inline(__always)
    private static func word(of reader: TextReader, from start: Int, afterMark: Bool) -> Int? {
        let text = reader.text
        // `[U]*` takes all it can, and then gives back until `[W]+` has something.
        var (offset, afterEither) = (start, 0)
        while offset < text.count {
            let (kind, end) = reader.character(at: offset)
            if kind == .lower { return reader.run(of: tail, from: end) }
            guard head.contains(kind) else { break }
            offset = end
            if either.contains(kind) { afterEither = end }
        }
        if afterEither > 0 { return afterEither }
        if afterMark { return start }
        // Upper case alone is the second alternative.
        return offset > start ? offset : nil
    }

    private static func symbols(of reader: TextReader, from start: Int) -> Int {
        var offset = reader.run(of: .symbol, from: start)
        while offset < reader.text.count {
            let byte = reader.text[offset]
            guard byte == 0x0A || byte == 0x0D || byte == UInt8(ascii: "/") else { break }
            offset &+= 1
        }
        return offset
    }

    private static func space(of reader: TextReader, from start: Int) -> Int {
        let run = reader.spaces(from: start)
        return run.lineEnd > 0 ? run.lineEnd : reader.spacesBeforeText(run, from: start)
    }
}

/// What differs between encodings whose pieces are cut alike.
protocol O200KForm {
    /// How many a number may have.
    static var digits: Int { get }
    /// Whether words end with theirs: `they'll`.
    static var hasContractions: Bool { get }
}

enum O200KBaseForm: O200KForm {
    static var digits: Int { 3 }
    static var hasContractions: Bool { true }
}

enum TekkenForm: O200KForm {
    static var digits: Int { 1 }
    static var hasContractions: Bool { false }
}
