import SluiceCore
import Synchronization

/// Opens once; who waits goes on then.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }
}

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
