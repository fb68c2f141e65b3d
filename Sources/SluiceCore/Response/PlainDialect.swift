/// Errors in plain JSON, where no parser is configured whose dialect could be used.
struct PlainDialect: ClientDialect {
    struct Reader: StreamReader {
        var usage: TokenUsage? { nil }
        mutating func read(_ event: Span<UInt8>) -> EventFacts { [.terminal, .last] }
    }

    func errorBody(_ error: ProxyError) -> [UInt8] {
        Array(#"{"error":{"code":"\#(error.code)"}}"#.utf8)
    }

    func errorEvent(_ error: ProxyError, endpoint: Endpoint, eventsBefore: Int) -> [UInt8] {
        Array("data: ".utf8) + errorBody(error) + Array("\n\n".utf8)
    }

    func makeStreamReader(for endpoint: Endpoint) -> any StreamReader { Reader() }
    func usage(inDocument body: [UInt8], endpoint: Endpoint) -> TokenUsage? { nil }
}
