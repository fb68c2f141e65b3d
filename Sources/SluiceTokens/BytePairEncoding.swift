/// A pattern and a vocabulary: from text to tokens.
struct BytePairEncoding: Sendable {
    enum Rule: Sendable { case cl100k, o200k, p50k }

    let rule: Rule
    let vocabulary: Vocabulary

    /// Gives `sink` the tokens of `buffer`. What is no UTF-8 in it counts as U+FFFD, as in `String(decoding:as:)`.
    func encode(_ bytes: Span<UInt8>, into sink: inout some TokenSink & ~Copyable) {
        if (try? UTF8Span(validating: bytes)) != nil {
            encodeValid(bytes, into: &sink)
        } else {
            let mended = bytes.withUnsafeBufferPointer {
                unsafe String(decoding: $0, as: UTF8.self)
            }
            encodeValid(mended.utf8.span, into: &sink)
        }
    }

    private func encodeValid(_ bytes: Span<UInt8>, into sink: inout some TokenSink & ~Copyable) {
        // Safety: the text does not leave the closure.
        bytes.withUnsafeBufferPointer { buffer in
            let reader = TextReader(text: unsafe Text(buffer), classes: .shared)
            switch rule {
            case .cl100k: encode(reader, by: CL100KSplitter.self, into: &sink)
            case .o200k: encode(reader, by: O200KSplitter.self, into: &sink)
            case .p50k: encode(reader, by: P50KSplitter.self, into: &sink)
            }
        }
    }

    private func encode<S: Splitter>(
        _ reader: TextReader, by splitter: S.Type, into sink: inout some TokenSink & ~Copyable
    ) {
        var scratch = PieceScratch()
        var start = 0
        while start < reader.text.count {
            let end = S.end(of: reader, from: start)
            let id = vocabulary.pieces.id(
                of: reader.text, from: start, to: end, in: vocabulary.list)
            let piece = Piece(text: reader.text, start: start, end: end)
            if id != Token.none {
                sink.add(id)
            } else if !sink.recall(piece) {
                let count = vocabulary.split(piece, scratch: &scratch)
                sink.add(piece, count, from: scratch)
            }
            start = end
        }
    }
}
