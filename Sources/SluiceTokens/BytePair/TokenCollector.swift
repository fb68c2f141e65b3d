/// Keeps the ids of a text.
struct TokenCollector: TokenSink {
    var ids: [UInt32]

    @inline(__always)
    mutating func add(_ id: UInt32) { ids.append(id) }

    @inline(__always)
    func recall(_ piece: Piece) -> Bool { false }

    @inline(__always)
    mutating func add(_ piece: Piece, _ count: Int, from scratch: borrowing PieceScratch) {
        for index in 0..<count { ids.append(scratch[index]) }
    }
}
