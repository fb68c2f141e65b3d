internal import SluiceCore
internal import Synchronization

/// Long counts under way: one for each client, and few in all, so that the processors are left to the requests.
final class CountTurns: Sendable {
    private static let most = 4
    private let askers = Mutex<Set<String>>([])

    /// - Returns: whether a client may count now; then ``giveBack(_:)`` has to follow.
    func take(_ asker: String) -> Bool {
        askers.withLock { askers in
            askers.count < Self.most && askers.insert(asker).inserted
        }
    }

    func giveBack(_ asker: String) {
        askers.withLock { _ = $0.remove(asker) }
    }
}

extension ProxyError {
    static let countUnderWay = ProxyError(
        status: 429, code: "rate_limit_exceeded", fault: .client, retry: .after(seconds: 1),
        message: "A long text is being counted. Please try again when that is done.")
}
