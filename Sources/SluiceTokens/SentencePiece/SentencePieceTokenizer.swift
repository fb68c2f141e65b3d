/// A model of SentencePiece, `tokenizer.model`: byte pairs as of Llama 2 and Mistral 7B, or unigrams as of T5.
public final class SentencePieceTokenizer: Tokenizer {
    private enum Algorithm {
        case merging(SentencePieceMerger)
        case paths(SentencePiecePaths)
    }

    public let name: String
    private let normalizer: SentencePieceNormalizer
    private let algorithm: Algorithm
    /// Nil where a text must stay whole.
    private let pairs: CharacterPairs?
    private let unknown: UnknownTokens

    /// - Parameter model: what the file has.
    /// - Throws: an error that says what is wrong with the file.
    public init(name: String, model bytes: [UInt8]) throws {
        self.name = name
        let model = try SentencePieceModel(bytes)
        let (id, byteIDs) = try model.checked()
        unknown = UnknownTokens(id: id, bytes: byteIDs)
        let userDefined = try model.userDefinedPieces()
        normalizer = try SentencePieceNormalizer(model, symbols: userDefined)
        switch model.algorithm {
        case .bytePairs:
            let table = try SymbolTable(model, unknown: id)
            algorithm = .merging(
                SentencePieceMerger(table: table, userDefined: userDefined, unknown: unknown))
            // What a piece that is not used falls apart into is decided by the whole text.
            pairs = table.unused.isEmpty ? model.characterPairs : nil
        case .unigram:
            algorithm = .paths(try SentencePiecePaths(model, unknown: unknown))
            pairs = model.characterPairs
        case .words, .characters:
            throw UnusableTokenizer(
                "is a model of \(model.algorithm); there are unigrams and byte pairs")
        }
    }

    public var isExact: Bool { true }

    public func count(_ text: Span<UInt8>) -> Int {
        var counter = TokenCounter(length: text.count)
        encode(text, into: &counter)
        return counter.count
    }

    public func encode(_ text: Span<UInt8>, into ids: inout [UInt32]) {
        var collector = TokenCollector(ids: ids)
        // A second reference would make the first append copy them all.
        ids = []
        encode(text, into: &collector)
        ids = collector.ids
    }

    private func encode(_ bytes: Span<UInt8>, into sink: inout some TokenSink & ~Copyable) {
        var normalized: [UInt8] = []
        Text.withValid(bytes) { normalized = normalizer.normalize($0) }
        // Safety: the text does not leave the closure.
        normalized.withUnsafeBufferPointer { buffer in
            let text = unsafe Text(buffer)
            switch algorithm {
            case .merging(let merger): encode(text, by: merger, into: &sink)
            case .paths(let paths): encode(text, by: paths, into: &sink)
            }
        }
    }

    private func encode(
        _ text: Text, by merger: SentencePieceMerger, into sink: inout some TokenSink & ~Copyable
    ) {
        var scratch = SymbolScratch()
        var (start, isAfterUnknown) = (0, false)
        while start < text.count {
            let end = pairs?.end(of: text, from: start) ?? text.count
            let word = Piece(text: text, start: start, end: end)
            start = end
            let symbol = merger.table.symbol(of: word)
            let isWhole = symbol > 0 ? merger.table.wholeWords.isWhole(symbol) : false
            if isWhole == true {
                sink.add(merger.table.ids[Int(symbol)])
                isAfterUnknown = false
                continue
            }
            if sink.recall(word) {
                isAfterUnknown = false
                continue
            }
            let count = merger.split(word, &scratch)
            if isWhole == nil {
                let id = merger.table.ids[Int(symbol)]
                merger.table.wholeWords.remember(
                    count == 1 && scratch.pieces[0] == id && id != unknown.id, of: symbol)
            }
            if unknown.areOne, (0..<count).contains(where: { scratch.pieces[$0] == unknown.id }) {
                add(count, from: scratch.pieces, &isAfterUnknown, to: &sink)
            } else {
                sink.add(word, count, from: scratch.pieces)
                isAfterUnknown = false
            }
        }
    }

    private func encode(
        _ text: Text, by paths: SentencePiecePaths, into sink: inout some TokenSink & ~Copyable
    ) {
        var scratch = PathScratch()
        var (start, score, isAfterUnknown) = (0, Float(0), false)
        while start < text.count {
            let end = pairs?.end(of: text, from: start) ?? text.count
            let word = Piece(text: text, start: start, end: end)
            start = end
            let count = paths.split(word, score: &score, &scratch)
            add(count, from: scratch.tokens, &isAfterUnknown, to: &sink)
        }
    }

    /// Adds tokens of which those that are unknown, side by side, are one, across words too.
    private func add(
        _ count: Int, from tokens: borrowing PieceScratch, _ isAfterUnknown: inout Bool,
        to sink: inout some TokenSink & ~Copyable
    ) {
        for index in 0..<count {
            let isUnknown = unknown.areOne && tokens[index] == unknown.id
            if !isUnknown || !isAfterUnknown { sink.add(tokens[index]) }
            isAfterUnknown = isUnknown
        }
    }
}
