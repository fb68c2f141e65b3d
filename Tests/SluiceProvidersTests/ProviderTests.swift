import SluiceConfig
import SluiceCore
import SluiceJSON
import SluiceWire
import Testing

@testable import SluiceProviders

/// What each preset makes of each request: where it goes, with which fields, and byte for byte with what body.
struct ProviderTests {
    struct Fixture: Sendable, CustomTestStringConvertible {
        let method: String
        let path: String
        let body: String
        var testDescription: String { "\(method) \(path)" }
    }

    static let fixtures = [
        Fixture(
            method: "POST", path: "/v1/chat/completions",
            body: #"{ "model" : "m/1", "messages":[], "x":1.50, "stream":true }"#),
        Fixture(
            method: "POST", path: "/v1/completions", body: #"{"prompt":"\u00e9","model":"m/1"}"#),
        Fixture(method: "POST", path: "/v1/embeddings", body: #"{"model":"m/1","input":["a"]}"#),
        Fixture(method: "POST", path: "/v1/responses", body: #"{"model":"m/1","input":"a"}"#),
        Fixture(method: "POST", path: "/v1/moderations", body: #"{"input":"a"}"#),
        Fixture(method: "GET", path: "/v1/files/f%20x/content?limit=2&a=%2F", body: ""),
        Fixture(method: "DELETE", path: "/v1/responses/resp_1", body: ""),
    ]

    /// Type, root of the API, whether usage of streams may be asked for.
    static let presets: [(String, String, Bool)] = [
        ("openai", "https://api.openai.com/v1", true),
        ("vllm", "http://127.0.0.1:8000/v1", true),
        ("lmstudio", "http://127.0.0.1:1234/v1", true),
        ("llamacpp", "http://127.0.0.1:8080/v1", true),
        ("ollama", "http://127.0.0.1:11434/v1", true),
        ("openrouter", "https://openrouter.ai/api/v1", true),
        ("groq", "https://api.groq.com/openai/v1", true),
        ("mistral", "https://api.mistral.ai/v1", false),
        ("deepseek", "https://api.deepseek.com/v1", true),
        ("together", "https://api.together.xyz/v1", false),
        ("fireworks", "https://api.fireworks.ai/inference/v1", false),
        ("xai", "https://api.x.ai/v1", false),
    ]

    private func provider(_ toml: String) throws -> (any Provider, String?) {
        var registry = Registry()
        registry.addStandardProviders()
        let section = try section(toml)
        let (provider, url) = try registry.makeProvider(section)
        try section.rejectUnreadKeys()
        return (provider, url)
    }

    private func send(
        _ provider: any Provider, _ request: ProxyRequest, to url: String,
        credential: Credential? = Credential("sk-x")
    ) throws -> UpstreamRequest {
        let action = try provider.action(
            for: request, base: try UpstreamURL(url), credential: credential)
        guard case .send(let upstream) = action else { throw NotAccepted() }
        return upstream
    }

    private func request(_ fixture: Fixture) throws -> ProxyRequest {
        try parse(
            fixture.body, fixture.path, method: fixture.method,
            type: fixture.body.isEmpty ? nil : "application/json")
    }

    private func bytes(_ body: RequestBody) -> [UInt8] {
        switch body {
        case .json(let document): document.bytes
        case .bytes(let bytes): bytes
        case .stream(let prefix): prefix.bytes
        case .none: []
        }
    }

    private func lines(_ headers: HeaderFields) -> [String] {
        headers.pairs.map { "\($0.name): \($0.value)" }
    }

    @Test(arguments: fixtures, presets)
    func aRequestGoesOutAsItCame(_ fixture: Fixture, _ preset: (String, String, Bool)) throws {
        let (provider, url) = try provider("type = '\(preset.0)'")
        #expect(url == preset.1)
        #expect(provider.name == preset.0)
        #expect(provider.needsUpstream)
        #expect(provider.reportsStreamUsage == preset.2)
        let request = try request(fixture)
        let upstream = try send(provider, request, to: preset.1)
        let prefix = try UpstreamURL(preset.1).path
        #expect(upstream.method.name == fixture.method)
        #expect(upstream.target == prefix + fixture.path.dropFirst(3))
        #expect(lines(upstream.headers) == ["authorization: Bearer sk-x"])
        #expect(bytes(upstream.body) == Array(fixture.body.utf8))
        #expect(provider.makeTranslator(for: request) == nil)
    }

    @Test(
        arguments: zip(
            fixtures,
            [
                "/openai/deployments/dep/chat/completions?api-version=2024-10-21",
                "/openai/deployments/dep/completions?api-version=2024-10-21",
                "/openai/deployments/dep/embeddings?api-version=2024-10-21",
                "/openai/responses?api-version=2024-10-21",
                "/openai/moderations?api-version=2024-10-21",
                "/openai/files/f%20x/content?api-version=2024-10-21&limit=2&a=%2F",
                "/openai/responses/resp_1?api-version=2024-10-21",
            ]))
    func azureIsAskedByDeployment(_ fixture: Fixture, _ target: String) throws {
        let (provider, url) = try provider("type = 'azure'\ndeployments = { 'm/1' = 'dep' }")
        #expect(url == nil)
        for root in ["https://x.openai.azure.com", "https://x.openai.azure.com/openai/"] {
            let upstream = try send(provider, try request(fixture), to: root)
            #expect(upstream.target == target)
            #expect(lines(upstream.headers) == ["api-key: sk-x"])
            #expect(bytes(upstream.body) == Array(fixture.body.utf8))
        }
    }

    @Test(arguments: [
        "https://x.openai.azure.com", "https://x.openai.azure.com/openai",
        "https://x.openai.azure.com/openai/v1/",
    ])
    func azuresNewAPIHasOpenAIsPaths(_ root: String) throws {
        let (provider, _) = try provider("type = 'azure'\napi_version = 'v1'")
        for fixture in Self.fixtures {
            let upstream = try send(provider, try request(fixture), to: root)
            #expect(upstream.target == "/openai/v1" + fixture.path.dropFirst(3))
        }
    }

    @Test(arguments: [("m/1", "m%2F1"), ("..", "_"), ("a b?c#d", "a%20b%3Fc%23d"), ("ü", "%C3%BC")])
    func aDeploymentsNameCannotLeaveItsPlace(_ model: String, _ component: String) throws {
        let (provider, _) = try provider("type = 'azure'")
        let upstream = try send(
            provider, try parse(#"{"model":"\#(model)"}"#), to: "https://x.openai.azure.com")
        #expect(
            upstream.target
                == "/openai/deployments/\(component)/chat/completions?api-version=2024-10-21")
    }

    @Test func aVersionInTheAddressIsNotRepeated() throws {
        let (provider, _) = try provider("type = 'azure'")
        let upstream = try send(
            provider, try parse(#"{"model":"m"}"#), to: "https://x.openai.azure.com?api-version=1")
        #expect(upstream.target == "/openai/deployments/m/chat/completions?api-version=1")
    }

    @Test func aSectionMayOverrideItsPreset() throws {
        let (provider, _) = try provider(
            """
            type = "openai-compatible"
            auth = "api-key"
            stream_usage = true
            headers = { "X-Team" = "blue", "authorization" = "fixed" }
            """)
        #expect(provider.reportsStreamUsage)
        let upstream = try send(provider, try parse(#"{"model":"m"}"#), to: "http://a")
        #expect(
            lines(upstream.headers) == ["authorization: fixed", "x-team: blue", "api-key: sk-x"])
    }

    @Test func withoutACredentialNoneIsSent() throws {
        let (provider, _) = try provider("type = 'vllm'")
        let request = try parse(#"{"model":"m"}"#)
        #expect(try send(provider, request, to: "http://a", credential: nil).headers.isEmpty)
        let (none, _) = try self.provider("type = 'vllm'\nauth = 'none'")
        #expect(try send(none, request, to: "http://a").headers.isEmpty)
    }

    @Test func aBodyWithoutATypeGetsOne() throws {
        let (provider, _) = try provider("type = 'openai'")
        let request = try parse(#"{"model":"m"}"#, type: nil)
        let upstream = try send(provider, request, to: "http://a", credential: nil)
        #expect(lines(upstream.headers) == ["content-type: application/json"])
    }

    @Test func addedFieldsTakeThePlaceOfOurs() throws {
        let (provider, _) = try provider("type = 'openai'\nheaders = { 'x-a' = '1' }")
        var request = try parse(#"{"model":"m"}"#)
        request.addedHeaders.append("X-A", "2")
        let upstream = try send(provider, request, to: "http://a")
        #expect(lines(upstream.headers) == ["authorization: Bearer sk-x", "x-a: 2"])
    }

    @Test(arguments: [
        "headers = { 'host' = 'x' }", "headers = { 'a b' = 'x' }",
        #"headers = { "a" = "x\r\ny: z" }"#, "headers = { 'content-length' = '1' }",
        "auth = 'basic'", "stream_usage = 1", "api_version = '1'", "deployment = {}",
    ])
    func aBadKeyIsRefused(_ line: String) {
        #expect(throws: (any Error).self) { try provider("type = 'openai'\n\(line)") }
    }

    @Test(arguments: ["api_version = ''", "api_version = 'a&b'"])
    func aBadVersionIsRefused(_ line: String) {
        #expect(throws: ConfigurationError.self) { try provider("type = 'azure'\n\(line)") }
    }

    @Test func aChangedCredentialIsSentAtOnce() throws {
        let (provider, _) = try provider("type = 'openai'")
        let url = try UpstreamURL("http://a/v1")
        let credentials = [
            Credential("a"), Credential("a"), Credential("b"), Credential("c", isClients: true),
            Credential("b"), Credential("a"),
        ]
        for credential in credentials {
            let list = try #require(provider.modelList(base: url, credential: credential))
            #expect(list.headers[.authorization] == "Bearer \(credential.token)")
        }
    }

    @Test func modelsAreListed() throws {
        let (provider, _) = try provider("type = 'openai'")
        let list = try #require(
            provider.modelList(base: try UpstreamURL("http://a/v1"), credential: Credential("k")))
        #expect(list.method == .get)
        #expect(list.target == "/v1/models")
        #expect(lines(list.headers) == ["authorization: Bearer k", "accept: application/json"])
        let azure = try self.provider("type = 'azure'").0
        #expect(azure.modelList(base: try UpstreamURL("http://a"), credential: nil) == nil)
    }

    @Test(arguments: [
        (#"{"object":"list","data":[{"id":"a"},{"id":"b"},{"x":1}]}"#, ["a", "b"]),
        (#"[{"id":"a"}]"#, ["a"]), ("{}", []), ("<html>", []), (#"{"data":null}"#, []),
    ])
    func aListOfModelsIsRead(_ body: String, _ models: [String]) throws {
        #expect(try provider("type = 'openai'").0.models(in: Array(body.utf8)) == models)
    }

    @Test func echoNeedsNoUpstream() throws {
        let (echo, url) = try provider("type = 'echo'\ndelay = '20ms'")
        #expect(!echo.needsUpstream)
        #expect(url == nil)
    }
}
