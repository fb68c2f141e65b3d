import SluiceCore

/// The pieces of a body that come when they are allowed to.
struct Pieces: Sendable {
    var pieces: [[UInt8]]
    /// Which piece waits for which gate.
    var gates: [Int: Gate] = [:]
}

final class PiecewiseBody: IncomingBody {
    let totalLength: UInt64? = nil
    private let pieces: Pieces
    private var index = 0

    init(_ pieces: Pieces) {
        self.pieces = pieces
    }

    func next() async throws(ProxyError) -> [UInt8]? {
        if let gate = pieces.gates[index] { await gate.wait() }
        guard index < pieces.pieces.count else { return nil }
        index += 1
        return pieces.pieces[index - 1]
    }

    func collect(upTo limit: Int) async throws(ProxyError) -> [UInt8] {
        pieces.pieces.flatMap { $0 }
    }
}
