/// The pattern of `cl100k_base`, alternative by alternative:
///
/// ```
/// '(?i:[sdmt]|ll|ve|re)
/// [^\r\n\p{L}\p{N}]?+\p{L}++
/// \p{N}{1,3}+
///  ?[^\s\p{L}\p{N}]++[\r\n]*+
/// \s++$|\s*[\r\n]|\s+(?!\S)|\s
/// ```
///
/// Llama 3 and Qwen 2 have the last line of ``O200KSplitter`` and, Qwen 2, numbers of one digit.
enum CL100KSplitter<Form: CL100KForm>: Splitter {
    @inline(__always)
    static func end(of reader: TextReader, from start: Int) -> Int {
        let (first, next) = reader.character(at: start)
        if CharacterClass.letter.contains(first) { return reader.run(of: .letter, from: next) }
        if first == .number { return reader.numbers(from: start, most: Form.digits) }
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
        if Form.keepsLastSpace, run.end == reader.text.count { return run.end }
        return run.lineEnd > 0 ? run.lineEnd : reader.spacesBeforeText(run, from: start)
    }
}

/// What differs between encodings whose pieces are cut alike.
protocol CL100KForm {
    /// How many a number may have.
    static var digits: Int { get }
    /// Whether white space at the end of a text is one piece, line ends or not.
    static var keepsLastSpace: Bool { get }
}

enum CL100KBaseForm: CL100KForm {
    static var digits: Int { 3 }
    static var keepsLastSpace: Bool { true }
}

enum Llama3Form: CL100KForm {
    static var digits: Int { 3 }
    static var keepsLastSpace: Bool { false }
}

enum Qwen2Form: CL100KForm {
    static var digits: Int { 1 }
    static var keepsLastSpace: Bool { false }
}
