import SluiceConfig
import SluiceWire
import Testing

@testable import Sluice
@testable import SluiceCore

/// A whole proxy that asks its clients for keys.
struct ClientTests {
    private let blue = ClientKey()
    private let red = ClientKey()

    private func configuration(_ more: String = "", blue: ClientKey? = nil) throws -> Section {
        let hashes = [blue ?? self.blue, red].compactMap { $0.hash(isSlow: false)?.text }
        return try Configuration.parse(
            """
            default_provider = "two"
            [[providers]]
            name = "one"
            type = "echo"
            models = ["a-1", "a-2", "b-1"]
            [[providers]]
            name = "two"
            type = "echo"
            models = ["b-1", "c-1"]
            [[clients]]
            name = "blue"
            keys = ["\(hashes[0])"]
            models = ["a-*", "c-1"]
            [[clients]]
            name = "red"
            keys = ["\(hashes[1])"]
            providers = ["one"]
            \(more)
            """)
    }

    private func headers(_ key: ClientKey?) -> HeaderFields {
        var fields = HeaderFields()
        if let key { fields.append(.authorization, "Bearer \(key.text)") }
        return fields
    }

    private func get(
        _ path: String, _ key: ClientKey?, of proxy: Proxy
    ) async throws -> (status: Int, text: String) {
        let answer = try await proxy.pipeline.execute(
            [], path: path, method: .get, headers: headers(key))
        return (answer.status, String(decoding: try await answer.body.collect(), as: UTF8.self))
    }

    private func ask(_ model: String, _ key: ClientKey?, of proxy: Proxy) async throws -> Int {
        try await proxy.pipeline.execute(
            #"{"model":"\#(model)","messages":[{"role":"user","content":"x"}]}"#,
            headers: headers(key)
        ).status
    }

    @Test func eachClientSeesItsOwnModels() async throws {
        let proxy = try await Proxy.start(configuration(), listen: [])
        func models(_ key: ClientKey) async throws -> [String] {
            try await get("/v1/models", key, of: proxy).text
                .matches(of: /"id":"([^"]+)"/).map { String($0.1) }
        }
        #expect(try await models(blue) == ["a-1", "a-2", "c-1"])
        #expect(try await models(red) == ["a-1", "a-2", "b-1"])
        #expect(try await get("/v1/models/b-1", blue, of: proxy).status == 404)
        #expect(try await get("/v1/models/b-1", red, of: proxy).status == 200)
        #expect(try await get("/v1/models/c-1", red, of: proxy).status == 404)
        await proxy.stop()
    }

    @Test func modelsAndProvidersAreKeptTo() async throws {
        let proxy = try await Proxy.start(configuration(), listen: [])
        for (model, blues, reds) in [
            ("a-1", 200, 200), ("b-1", 403, 200), ("c-1", 200, 404), ("d-1", 403, 404),
        ] {
            #expect(try await ask(model, blue, of: proxy) == blues, "\(model)")
            #expect(try await ask(model, red, of: proxy) == reds, "\(model)")
            #expect(try await ask(model, nil, of: proxy) == 401, "\(model)")
            #expect(try await ask(model, ClientKey(), of: proxy) == 401, "\(model)")
        }
        await proxy.stop()
    }

    @Test func stateAndMetricsNeedNoKey() async throws {
        let proxy = try await Proxy.start(configuration(), listen: [])
        for path in ["/healthz", "/readyz", "/metrics"] {
            #expect(try await get(path, nil, of: proxy).status == 200)
        }
        for path in ["/v1/models", "/v1/models/a-1", "/v1/files", "/healthz/x", "/", "/v1"] {
            #expect(try await get(path, nil, of: proxy).status == 401)
        }
        await proxy.stop()
    }

    @Test func aReloadTakesChangedClientsOver() async throws {
        let proxy = try await Proxy.start(configuration(), listen: [])
        #expect(try await ask("a-1", blue, of: proxy) == 200)
        let other = ClientKey()
        try await proxy.reload(configuration(blue: other))
        #expect(try await ask("a-1", blue, of: proxy) == 401)
        #expect(try await ask("a-1", other, of: proxy) == 200)
        #expect(try await ask("a-1", red, of: proxy) == 200)
        try await proxy.reload(Configuration.parse("[[providers]]\ntype = \"echo\"\n"))
        #expect(try await ask("a-1", nil, of: proxy) == 200)
        await proxy.stop()
    }

    @Test func aKeyHashedSlowlyWorksInAWholeProxy() async throws {
        let slow = ClientKey()
        let hash = try #require(slow.hash(isSlow: true)?.text)
        let proxy = try await Proxy.start(
            configuration("[[clients]]\nname = \"slow\"\nkeys = [\"\(hash)\"]"), listen: [])
        for _ in 0..<3 { #expect(try await ask("a-1", slow, of: proxy) == 200) }
        #expect(try await ask("a-1", ClientKey(), of: proxy) == 401)
        #expect(try await ask("a-1", blue, of: proxy) == 200)
        // What is known of it outlives a reload.
        try await proxy.reload(
            configuration("[[clients]]\nname = \"other\"\nkeys = [\"\(hash)\"]"))
        guard case .client(let client) = proxy.pipeline.clients?.find(headers(slow)) else {
            return #expect(Bool(false), "it has to be computed again")
        }
        #expect(client.name == "other")
        await proxy.stop()
    }
}
