/// Merges pairs by rank with a queue of those that there are: for vocabularies in which that cannot be found from left to right.
/// The time is that of sorting, n × log n.
struct QueueMerging: Sendable {
    /// What a character, or a byte, is at first.
    enum Symbol: Sendable {
        case token(UInt32)
        /// The tokens of its bytes.
        case fallback([UInt32])
        case unknown
    }

    let index: TokenIndex
    /// By token of the index its id, and behind them that of what is unknown.
    let ids: Table<UInt32>
    /// By two tokens the rank of their merge and one, as zero is no entry.
    private let ranks: MergeTable
    /// By rank the token.
    private let results: Table<UInt32>
    /// By byte, where bytes are what is merged; otherwise empty, and characters are.
    private let bytes: [Symbol]
    /// By byte the token that stands for it where a character has none.
    private let fallback: [UInt32?]
    /// The token for what is unknown, which is left out where there is none.
    private let unknown: UInt32?
    private let fusesUnknown: Bool
    /// Whether a piece that is a token stays one, whatever merging says.
    private let ignoresMerges: Bool

    init(_ file: BytePairFile, _ options: BytePairOptions) throws {
        guard file.merges.count < VocabularyReader.mostTokens else {
            throw UnusableTokenizer("has more merges than there can be")
        }
        index = file.index
        ids = Table(copying: file.ids + [options.unknownID ?? 0])
        var ranks = MergeTableBuilder(merges: file.merges.count)
        // Of equal merges the last counts, and the table finds the one that was added first.
        for (rank, merge) in file.merges.enumerated().reversed() {
            ranks.add(merge.left, merge.right, merged: UInt32(rank + 1))
        }
        self.ranks = ranks.finish()
        results = Table(copying: file.merges.map(\.result) + [0])
        unknown = options.unknownID.map { id in
            // Another token of the vocabulary, or one of the added ones.
            UInt32(file.ids.firstIndex(of: id) ?? file.ids.count)
        }
        fusesUnknown = options.fusesUnknown
        ignoresMerges = options.ignoresMerges
        let fallback: [UInt32?] = (0..<256).map { byte in
            guard options.usesByteFallback else { return nil }
            let digits = String(byte, radix: 16, uppercase: true)
            return file.index(
                of: "<0x\(digits.count < 2 ? "0" : "")\(digits)>", options.spelling)
        }
        self.fallback = fallback
        switch options.spelling {
        case .text: bytes = []
        case .bytes:
            let all = Array(UInt8.min...UInt8.max)
            // Safety: the text does not leave the closure.
            bytes = all.withUnsafeBufferPointer { buffer in
                (0..<256).map { byte in
                    let token = file.index.token(unsafe Text(buffer), from: byte, to: byte + 1)
                    if token != Token.none { return .token(token) }
                    var text: [UInt8] = []
                    ByteAlphabet.appendText(of: [UInt8(byte)].span, to: &text)
                    let tokens = text.compactMap { fallback[Int($0)] }
                    return tokens.count == text.count ? .fallback(tokens) : .unknown
                }
            }
        }
    }

    /// Gives back what is its own: the index is not.
    func free() {
        ids.free()
        ranks.slots.free()
        results.free()
    }

    /// Leaves the tokens of a piece in `scratch`.
    func split(_ piece: Piece, scratch: inout QueueScratch) {
        scratch.clear()
        if ignoresMerges {
            let token = index.token(piece.text, from: piece.start, to: piece.end)
            if token != Token.none { return scratch.append(token) }
        }
        addSymbols(of: piece, to: &scratch)
        for position in 0..<max(scratch.count - 1, 0) { offer(position, to: &scratch) }
        while let (rank, position) = scratch.takeFirst() {
            guard let next = scratch.next(position), scratch.isLive(position) else { continue }
            let (left, right) = (scratch.token(position), scratch.token(next))
            let now = ranks.merged(left, right)
            // Since it was queued one of the two may have become another.
            guard now != Token.none, results[Int(now) - 1] == results[rank] else { continue }
            scratch.merge(position, next, into: results[rank])
            if let before = scratch.previous(position) { offer(before, to: &scratch) }
            offer(position, to: &scratch)
        }
        scratch.compact()
    }

    private func offer(_ position: Int, to scratch: inout QueueScratch) {
        guard let next = scratch.next(position) else { return }
        let rank = ranks.merged(scratch.token(position), scratch.token(next))
        if rank != Token.none { scratch.queue(Int(rank) - 1, position) }
    }

    private func addSymbols(of piece: Piece, to scratch: inout QueueScratch) {
        var (offset, isPending) = (piece.start, false)
        while offset < piece.end {
            let length = bytes.isEmpty ? Self.length(of: piece.text[offset]) : 1
            let symbol = symbol(piece.text, offset, length)
            offset &+= length
            switch symbol {
            case .token(let token):
                if isPending, let unknown { scratch.append(unknown) }
                isPending = false
                scratch.append(token)
            case .fallback(let tokens):
                for token in tokens { scratch.append(token) }
            case .unknown:
                if isPending, !fusesUnknown, let unknown { scratch.append(unknown) }
                isPending = true
            }
        }
        if isPending, let unknown { scratch.append(unknown) }
    }

    private func symbol(_ text: Text, _ offset: Int, _ length: Int) -> Symbol {
        if !bytes.isEmpty { return bytes[Int(text[offset])] }
        let token = index.token(text, from: offset, to: offset + length)
        if token != Token.none { return .token(token) }
        let tokens = (offset..<offset + length).compactMap { fallback[Int(text[$0])] }
        return tokens.count == length ? .fallback(tokens) : .unknown
    }

    /// How many bytes a character has that begins with this one.
    private static func length(of first: UInt8) -> Int {
        first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    }
}
