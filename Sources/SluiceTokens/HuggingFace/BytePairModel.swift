/// Makes tokens of pieces.
final class BytePairModel: Sendable {
    private enum Engine: Sendable {
        /// The fast one, and by its numbers the ids.
        case ordered(Vocabulary, ids: Table<UInt32>)
        case queue(QueueMerging)
    }

    private let engine: Engine
    /// Nil where nobody asks it any more.
    private let index: TokenIndex?

    /// Takes the index of `file`, if it does not throw.
    init(_ file: BytePairFile, _ options: BytePairOptions) throws {
        var options = options
        if let unknown = options.unknownToken {
            options.unknownID = file.id(of: unknown, options.spelling)
        }
        let queue = { [options] in try QueueMerging(file, options) }
        guard options.spelling == .bytes, let order = MergeOrder(file),
            let vocabulary = try Self.vocabulary(order, file, options, queue)
        else {
            engine = .queue(try queue())
            index = file.index
            return
        }
        engine = .ordered(vocabulary.tables, ids: vocabulary.ids)
        index = vocabulary.tables.detours == nil ? nil : file.index
        if index == nil { file.index.free() }
    }

    deinit {
        switch engine {
        case .ordered(let vocabulary, let ids):
            vocabulary.free()
            ids.free()
        case .queue(let queue): queue.free()
        }
        index?.free()
    }

    /// Nil where the queue had better do all.
    private static func vocabulary(
        _ order: borrowing MergeOrder, _ file: BytePairFile, _ options: BytePairOptions,
        _ queue: () throws -> QueueMerging
    ) throws -> (tables: Vocabulary, ids: Table<UInt32>)? {
        var others: [UInt32] = []
        for token in 0..<file.index.count where order.numbers[token] == Token.none {
            others.append(UInt32(token))
        }
        let tokens = order.tokens + others
        let pieces = options.ignoresMerges ? others.count : 0
        let long = tokens[..<(order.tokens.count + pieces)].filter {
            file.index.range($0).count > Vocabulary.longestToken
        }
        let detoured = Set(order.irregular + long)
        guard detoured.count <= Detours.mostTokens else { return nil }
        var detours: Detours?
        if !detoured.isEmpty {
            var numbers = [UInt32](repeating: 0, count: tokens.count)
            for (number, token) in tokens.enumerated() { numbers[Int(token)] = UInt32(number) }
            let bytes = detoured.map { file.index.range($0).map { file.index.bytes[$0] } }
            detours = Detours(bytes, queue: try queue(), numbers: numbers)
        }
        let vocabulary = Vocabulary(
            order, file.index, tokens: tokens, pieces: pieces, detours: detours,
            ignoresMerges: options.ignoresMerges)
        return vocabulary.map { ($0, Table(copying: tokens.map { file.ids[Int($0)] })) }
    }

    /// Adds the tokens of a text that a rule cuts.
    func add(_ text: Text, _ rule: BytePairEncoding.Rule, to output: inout TokenOutput) {
        switch engine {
        case .ordered(let vocabulary, let ids):
            let encoding = BytePairEncoding(rule: rule, vocabulary: vocabulary)
            guard output.keepsIDs else {
                var counter = TokenCounter(length: text.count)
                encoding.encode(text, into: &counter)
                return output.add(count: counter.count)
            }
            output.add({ encoding.encode(text, into: &$0) }, ids: ids)
        case .queue(let queue):
            var (start, scratch) = (0, QueueScratch())
            let reader = TextReader(text: text, classes: .shared)
            while start < text.count {
                let end = rule.end(of: reader, from: start)
                Self.add(
                    Piece(text: text, start: start, end: end), queue, &scratch, to: &output)
                start = end
            }
        }
    }

    /// Adds the tokens of the pieces of a text.
    func add(_ text: Text, _ pieces: [Range<Int>], to output: inout TokenOutput) {
        switch engine {
        case .ordered(let vocabulary, let ids):
            var scratch = PieceScratch()
            guard output.keepsIDs else {
                var counter = TokenCounter(length: text.count)
                for range in pieces {
                    let piece = Piece(text: text, start: range.lowerBound, end: range.upperBound)
                    vocabulary.encode(piece, scratch: &scratch, into: &counter)
                }
                return output.add(count: counter.count)
            }
            output.add(
                { collector in
                    for range in pieces {
                        let piece = Piece(
                            text: text, start: range.lowerBound, end: range.upperBound)
                        vocabulary.encode(piece, scratch: &scratch, into: &collector)
                    }
                }, ids: ids)
        case .queue(let queue):
            var scratch = QueueScratch()
            for range in pieces {
                let piece = Piece(text: text, start: range.lowerBound, end: range.upperBound)
                Self.add(piece, queue, &scratch, to: &output)
            }
        }
    }

    private static func add(
        _ piece: Piece, _ queue: QueueMerging, _ scratch: inout QueueScratch,
        to output: inout TokenOutput
    ) {
        queue.split(piece, scratch: &scratch)
        for position in 0..<scratch.count { output.add(queue.ids[Int(scratch.token(position))]) }
    }
}
