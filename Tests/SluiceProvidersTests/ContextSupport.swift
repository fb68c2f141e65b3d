import Foundation
import Logging
import SluiceCore
import SluiceWire
import Synchronization

@testable import SluiceProviders

/// Time that passes when a test says so.
final class ManualClock: Sendable {
    private let instant = Mutex(ContinuousClock.now)

    var now: @Sendable () -> ContinuousClock.Instant {
        { self.instant.withLock { $0 } }
    }

    func advance(_ duration: Duration) {
        instant.withLock { $0 = $0.advanced(by: duration) }
    }
}

/// Answers requests from a list, and keeps what was asked. The last answer is repeated.
final class FakeFetcher: Fetcher {
    private struct State {
        var answers: [FetchedResponse]
        var requests: [UpstreamRequest] = []
    }

    private let state: Mutex<State>
    private let before: @Sendable () async throws -> Void

    /// - Parameter before: runs ahead of each answer.
    init(
        _ answers: [(Int, String)] = [], before: @escaping @Sendable () async throws -> Void = {}
    ) {
        self.before = before
        state = Mutex(
            State(
                answers: answers.map {
                    FetchedResponse(
                        status: $0.0, headers: HeaderFields(), body: Array($0.1.utf8))
                }))
    }

    var requests: [UpstreamRequest] { state.withLock { $0.requests } }

    nonisolated(nonsending) func fetch(
        _ request: UpstreamRequest, limit: Int, timeout: Duration
    ) async throws -> FetchedResponse {
        let answer = state.withLock { state in
            state.requests.append(request)
            return state.answers.count > 1 ? state.answers.removeFirst() : state.answers.first
        }
        try await before()
        guard let answer else { throw ProxyError.cannotConnect("no answer") }
        return answer
    }
}

func context(
    _ fetcher: any Fetcher = FakeFetcher(), log: Lines = Lines()
) -> ExchangeContext {
    ExchangeContext(
        id: "req_test", clientAddress: "local",
        logger: Logger(label: "test") { _ in LinesHandler(kept: log) },
        fetcher: fetcher)
}

/// Keeps what is logged: the message, and the reason if there is one.
final class Lines: Sendable {
    fileprivate let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
}

private struct LinesHandler: LogHandler {
    let kept: Lines
    var metadata = Logger.Metadata()
    var metadataProvider: Logger.MetadataProvider?
    var logLevel = Logger.Level.trace

    func log(event: LogEvent) {
        let reason = event.metadata?["reason"].map { ": \($0)" } ?? ""
        kept.lines.withLock { $0.append("\(event.message)\(reason)") }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }
}

let anyRequest = ProxyRequest(
    endpoint: .chatCompletions, method: .post, path: "/chat/completions", model: "m", body: .none)

/// A file in a folder of its own, deleted with the value.
final class TemporaryFile: Sendable {
    let path: String
    private let folder: URL

    init(_ text: String, mode: Int = 0o600) throws {
        folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("sluice-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.appendingPathComponent("value").path
        try write(text)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    /// Replaces the file by renaming, as secret stores do.
    func write(_ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    }

    func remove() throws { try FileManager.default.removeItem(atPath: path) }

    /// Makes the file look as if it had been written long ago.
    func age() throws {
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -3600)], ofItemAtPath: path)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }
}
