/// A pattern and a vocabulary: from text to tokens.
struct BytePairEncoding: Sendable {
    enum Rule: Sendable { case cl100k, llama3, o200k, p50k, qwen2, tekken }

    let rule: Rule
    let vocabulary: Vocabulary

    /// Gives `sink` the tokens of `buffer`. What is no UTF-8 in it counts as U+FFFD, as in `String(decoding:as:)`.
    func encode(_ bytes: Span<UInt8>, into sink: inout some TokenSink & ~Copyable) {
        Text.withValid(bytes) { encode($0, into: &sink) }
    }

    /// The same for valid UTF-8.
    func encode(_ text: Text, into sink: inout some TokenSink & ~Copyable) {
        let reader = TextReader(text: text, classes: .shared)
        switch rule {
        case .cl100k: encode(reader, by: CL100KSplitter<CL100KBaseForm>.self, into: &sink)
        case .llama3: encode(reader, by: CL100KSplitter<Llama3Form>.self, into: &sink)
        case .o200k: encode(reader, by: O200KSplitter<O200KBaseForm>.self, into: &sink)
        case .p50k: encode(reader, by: P50KSplitter.self, into: &sink)
        case .qwen2: encode(reader, by: CL100KSplitter<Qwen2Form>.self, into: &sink)
        case .tekken: encode(reader, by: O200KSplitter<TekkenForm>.self, into: &sink)
        }
    }

    private func encode<S: Splitter>(
        _ reader: TextReader, by splitter: S.Type, into sink: inout some TokenSink & ~Copyable
    ) {
        var scratch = PieceScratch()
        var start = 0
        while start < reader.text.count {
            let end = S.end(of: reader, from: start)
            vocabulary.encode(
                Piece(text: reader.text, start: start, end: end), scratch: &scratch, into: &sink)
            start = end
        }
    }
}

extension BytePairEncoding.Rule {
    /// Where the piece that begins at `start` ends.
    func end(of reader: TextReader, from start: Int) -> Int {
        switch self {
        case .cl100k: CL100KSplitter<CL100KBaseForm>.end(of: reader, from: start)
        case .llama3: CL100KSplitter<Llama3Form>.end(of: reader, from: start)
        case .o200k: O200KSplitter<O200KBaseForm>.end(of: reader, from: start)
        case .p50k: P50KSplitter.end(of: reader, from: start)
        case .qwen2: CL100KSplitter<Qwen2Form>.end(of: reader, from: start)
        case .tekken: O200KSplitter<TekkenForm>.end(of: reader, from: start)
        }
    }
}

extension Vocabulary {
    /// Gives `sink` the tokens of a piece.
    @inline(__always)
    func encode(
        _ piece: Piece, scratch: inout PieceScratch, into sink: inout some TokenSink & ~Copyable
    ) {
        let id = pieces.id(of: piece.text, from: piece.start, to: piece.end, in: list)
        if id != Token.none {
            sink.add(id)
        } else if !sink.recall(piece) {
            let count: Int
            if let detours, detours.concern(piece.text, from: piece.start, to: piece.end) {
                count = detours.split(piece, scratch: &scratch)
            } else {
                count = split(piece, scratch: &scratch)
            }
            sink.add(piece, count, from: scratch)
        }
    }
}
