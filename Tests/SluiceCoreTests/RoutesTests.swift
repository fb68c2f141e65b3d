import SluiceCore
import SluiceWire
import Testing

struct RoutesTests {
    private struct Listing: ModelCatalog {
        let listed: [String: [String]]
        func lists(_ model: String, provider: String) -> Bool {
            listed[provider]?.contains(model) == true
        }
    }

    private func names(
        _ model: String?, _ providers: [(String, [String]?)], fallback: String? = nil,
        listed: [String: [String]] = [:]
    ) throws -> [String] {
        let providers = providers.map { ConfiguredProvider.scripted($0.0, models: $0.1) }
        let routes = Routes(
            providers: providers, defaultProvider: providers.first { $0.name == fallback },
            catalog: Listing(listed: listed))
        guard let model else {
            let request = ProxyRequest(
                endpoint: .other("files"), method: .get, path: "/files", model: nil, body: .none)
            return [try routes.providerWithoutModel(for: request).name]
        }
        return try routes.candidates(for: model).map(\.name)
    }

    @Test func thoseThatNameTheModelComeInTheOrderOfTheFile() throws {
        let providers: [(String, [String]?)] = [
            ("a", ["x"]), ("b", ["m"]), ("c", ["m", "x"]), ("d", ["m*"]), ("e", nil),
        ]
        #expect(try names("m", providers) == ["b", "c"])
        #expect(try names("x", providers) == ["a", "c"])
    }

    @Test func thenThoseWithAPattern() throws {
        let providers: [(String, [String]?)] = [
            ("a", ["gpt-4*"]), ("b", ["gpt-*"]), ("c", ["claude*"]), ("d", nil),
        ]
        #expect(try names("gpt-4.1", providers) == ["a", "b"])
        #expect(try names("gpt-4", providers) == ["a", "b"])
        #expect(try names("gpt-5", providers) == ["b"])
        #expect(try names("GPT-5", providers) == ["d"])
    }

    @Test func thenThoseThatListIt() throws {
        let providers: [(String, [String]?)] = [("a", nil), ("b", nil), ("c", ["x"])]
        let listed = ["b": ["m"], "c": ["m"]]
        #expect(try names("m", providers, listed: listed) == ["b"])
        #expect(try names("other", providers, listed: listed) == ["a", "b"])
    }

    @Test func aModelThatNoListHasIsReported() throws {
        final class Reporting: ModelCatalog {
            let log = Log()
            func lists(_ model: String, provider: String) -> Bool { model == "listed" }
            func missed(_ model: String) { log.add(model) }
        }
        let catalog = Reporting()
        let routes = Routes(
            providers: [.scripted("a"), .scripted("b"), .scripted("c", models: ["x"])],
            defaultProvider: nil, catalog: catalog)
        for model in ["listed", "x", "other"] { _ = try routes.candidates(for: model) }
        #expect(catalog.log.lines == ["other"])
    }

    @Test func aModelNobodyServesIsNotFound() {
        #expect {
            try names("m", [("a", ["x"]), ("b", ["y*"])])
        } throws: {
            let error = $0 as? ProxyError
            return error?.status == 404 && error?.code == "model_not_found"
                && error?.parameter == "model"
        }
    }

    @Test func withoutAModelTheDefaultServes() throws {
        let providers: [(String, [String]?)] = [("a", ["x"]), ("b", ["y"])]
        #expect(try names(nil, providers, fallback: "b") == ["b"])
        #expect(try names(nil, [("a", ["x"])]) == ["a"])
        #expect {
            try names(nil, providers)
        } throws: {
            let error = $0 as? ProxyError
            return error?.code == "no_default_provider"
                && error?.message.hasPrefix("GET /files names no model") == true
        }
    }

    @Test func theDefaultServesNoModelThatItDoesNotName() {
        #expect(throws: ProxyError.self) {
            try names("m", [("a", ["x"]), ("b", ["y"])], fallback: "b")
        }
    }
}
