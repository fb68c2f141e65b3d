import Foundation
import Logging
import SluiceConfig
import SluiceCore
import SluiceTesting
import Synchronization

@testable import Sluice

/// The root of the checkout.
let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// A file of the checkout.
func file(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
}

func settings(_ text: String, environment: [String: String] = [:]) throws -> ProxySettings {
    try ProxySettings(Configuration.parse(text, environment: environment), registry: .standard)
}

/// Answers look-ups by their URL, and counts them.
final class ScriptedFetcher: Fetcher {
    /// Nil: cannot be reached.
    typealias Answer = (status: Int, body: String)?
    private let state: Mutex<(answers: [String: Answer], asked: [String])>

    init(_ answers: [String: Answer]) {
        state = Mutex((answers, []))
    }

    /// The URLs that were asked for, in order.
    var asked: [String] { state.withLock { $0.asked } }

    func set(_ url: String, _ answer: Answer) {
        state.withLock { $0.answers[url] = answer }
    }

    nonisolated(nonsending) func fetch(
        _ request: UpstreamRequest, limit: Int, timeout: Duration
    ) async throws -> FetchedResponse {
        let url = "\(request.url.scheme)://\(request.url.authority)\(request.target)"
        let answer = state.withLock { state in
            state.asked.append(url)
            return state.answers[url] ?? nil
        }
        guard let answer else { throw ProxyError.cannotConnect("scripted") }
        return FetchedResponse(
            status: answer.status, headers: HeaderFields(), body: Array(answer.body.utf8))
    }
}

/// Answers nobody before so many ask.
actor MeetingFetcher: Fetcher {
    private var missing: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(count: Int) {
        missing = count
    }

    func fetch(
        _ request: UpstreamRequest, limit: Int, timeout: Duration
    ) async throws -> FetchedResponse {
        missing -= 1
        if missing > 0 {
            await withCheckedContinuation { waiting.append($0) }
        }
        for continuation in waiting { continuation.resume() }
        waiting = []
        return FetchedResponse(status: 200, headers: HeaderFields(), body: Array("{}".utf8))
    }
}

func context(_ fetcher: any Fetcher = NoFetcher()) -> ExchangeContext {
    ExchangeContext(
        id: "req_test", clientAddress: "local",
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, fetcher: fetcher)
}
