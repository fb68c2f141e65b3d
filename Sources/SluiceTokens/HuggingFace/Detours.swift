/// Pieces that need ``QueueMerging`` though the vocabulary has an order: those in which certain tokens could be.
///
/// Llama 3 has 83 of them, which it got when words of other languages were put behind the vocabulary of another model.
final class Detours: Sendable {
    private let queue: QueueMerging
    /// By token of the index its number in the vocabulary.
    private let numbers: Table<UInt32>
    /// By two bytes one more than the first of `tokens` that begin with them; zero for none.
    private let beginnings: Table<UInt16>
    /// Sorted by their bytes.
    private let tokens: [[UInt8]]

    /// With more of them all pieces had better take the queue.
    static let mostTokens = 1024

    /// - Parameters:
    ///   - tokens: the bytes of the tokens, two or more each.
    ///   - numbers: for each token of the index.
    init(_ tokens: [[UInt8]], queue: QueueMerging, numbers: [UInt32]) {
        self.queue = queue
        self.numbers = Table(copying: numbers)
        let tokens = tokens.sorted { $0.lexicographicallyPrecedes($1) }
        var beginnings = TableBuilder<UInt16>(repeating: 0, count: 1 << 16)
        for (place, token) in tokens.enumerated().reversed() {
            beginnings[Self.beginning(token[0], token[1])] = UInt16(place + 1)
        }
        self.beginnings = beginnings.finish()
        self.tokens = tokens
    }

    deinit {
        queue.free()
        numbers.free()
        beginnings.free()
    }

    /// Whether one of the tokens could be in a part of a text.
    func concern(_ text: Text, from start: Int, to end: Int) -> Bool {
        var offset = start
        while offset &+ 1 < end {
            let place = beginnings[Self.beginning(text[offset], text[offset &+ 1])]
            if place > 0, isToken(text, offset, end, from: Int(place) - 1) { return true }
            offset &+= 1
        }
        return false
    }

    /// As ``Vocabulary/split(_:scratch:)`` does.
    func split(_ piece: Piece, scratch: inout PieceScratch) -> Int {
        var nodes = QueueScratch()
        queue.split(piece, scratch: &nodes)
        scratch.prepare(for: piece.count)
        for position in 0..<nodes.count {
            scratch[position] = numbers[Int(nodes.token(position))]
        }
        return nodes.count
    }

    private func isToken(_ text: Text, _ offset: Int, _ end: Int, from place: Int) -> Bool {
        for token in tokens[place...] {
            guard token[0] == text[offset], token[1] == text[offset + 1] else { return false }
            if token.count <= end - offset,
                token.indices.allSatisfy({ token[$0] == text[offset + $0] })
            {
                return true
            }
        }
        return false
    }

    private static func beginning(_ first: UInt8, _ second: UInt8) -> Int {
        Int(first) << 8 | Int(second)
    }
}
