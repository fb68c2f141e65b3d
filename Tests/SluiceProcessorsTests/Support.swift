import Logging
import SluiceConfig
import SluiceCore
import SluiceJSON
import SluiceWire

@testable import SluiceProcessors

/// Never asked in these tests.
struct NoFetcher: Fetcher {
    nonisolated(nonsending) func fetch(
        _ request: UpstreamRequest, limit: Int, timeout: Duration
    ) async throws -> FetchedResponse { throw ProxyError.cannotConnect("no network") }
}

let context = ExchangeContext(
    id: "req_test", clientAddress: "local", logger: Logger(label: "test"), fetcher: NoFetcher())

/// A processor as proxy.conf would make it, every key read.
func processor(_ toml: String) throws -> any Processor {
    var registry = Registry()
    registry.addStandardProcessors()
    let section = try Configuration.parse(toml)
    let processor = try registry.makeProcessor(section)
    try section.rejectUnreadKeys()
    return processor
}

func request(
    _ body: String, _ endpoint: Endpoint = .chatCompletions, model: String? = nil
) throws -> ProxyRequest {
    let document = try JSONDocument(parsing: Array(body.utf8))
    return ProxyRequest(
        endpoint: endpoint, method: .post, path: "/x",
        model: model ?? document.root["model"]?.string, body: .json(document))
}

func text(_ request: ProxyRequest) -> String {
    String(decoding: request.json?.bytes ?? [], as: UTF8.self)
}
