import SluiceConfig
import SluiceCore
import Testing

@testable import SluiceProviders

struct URLTests {
    private func make(
        _ toml: String, environment: [String: String] = [:]
    ) throws -> any URLProvider {
        let section = try section(toml)
        let source = try #require(try section.source("url"))
        return try URLProviders.make(from: source, section: section, environment: environment)
    }

    private func host(_ provider: any URLProvider) async throws -> String {
        try await provider.url(for: anyRequest, attempt: 0, context: context()).host
    }

    private func list(_ clock: ManualClock = ManualClock()) throws -> URLList {
        URLList(try ["a", "b", "c"].map { try UpstreamURL("http://\($0)/v1") }, now: clock.now)
    }

    private func fail(_ list: URLList, _ host: String) throws {
        list.report(try UpstreamURL("http://\(host)/v1"), error: .cannotConnect("x"))
    }

    @Test(arguments: [
        #"url = "http://a/v1""#, #"url = { env = "URL" }"#, #"url = ["http://a/v1"]"#,
    ])
    func oneAddressMayComeFromAnywhere(_ toml: String) async throws {
        let provider = try make(toml, environment: ["URL": "http://a/v1"])
        #expect(try await host(provider) == "a")
        #expect(provider.count == 1)
    }

    @Test(arguments: [
        #"url = "a.example""#, #"url = { env = "MISSING" }"#, #"url = ["http://a", "b"]"#,
        #"url = ["http://a/", "http://a"]"#, #"url = { client = true }"#,
        #"url = { command = ["echo"] }"#, #"url = { file = "/nonexistent/x" }"#,
    ])
    func aBadAddressIsAnErrorOfItsSection(_ toml: String) {
        let error = #expect(throws: ConfigurationError.self) { try make(toml) }
        #expect(error?.key == "url")
    }

    @Test func aListIsUsedInTurn() async throws {
        let list = try list()
        var hosts: [String] = []
        for _ in 0..<4 { hosts.append(try await host(list)) }
        #expect(hosts == ["a", "b", "c", "a"])
        #expect(list.count == 3)
    }

    @Test func anAddressThatCannotBeReachedIsLeftOutForAWhile() async throws {
        let clock = ManualClock()
        let list = try list(clock)
        try fail(list, "a")
        #expect(try await [host(list), host(list), host(list)] == ["b", "c", "b"])
        clock.advance(URLList.pause)
        #expect(try await [host(list), host(list)] == ["c", "a"])
    }

    @Test func anAddressThatAnswersIsUsedAgain() async throws {
        let list = try list()
        try fail(list, "a")
        list.report(try UpstreamURL("http://a/v1"), error: nil)
        #expect(try await host(list) == "a")
    }

    @Test func aFailureAfterTheRequestWasSentSaysNothingOfTheAddress() async throws {
        let list = try list()
        list.report(try UpstreamURL("http://a/v1"), error: .connectionLost("x"))
        #expect(try await host(list) == "a")
    }

    @Test func whenAllAreLeftOutTheOneOfLongestAgoIsTried() async throws {
        let clock = ManualClock()
        let list = try list(clock)
        for host in ["b", "c", "a"] {
            try fail(list, host)
            clock.advance(.seconds(1))
        }
        #expect(try await host(list) == "b")
    }

    @Test func aFileIsReadAgainWhenItChanges() async throws {
        let file = try TemporaryFile("http://a/v1\n")
        let provider = try make("url = { file = '\(file.path)' }")
        #expect(try await host(provider) == "a")
        try file.write("http://b/v1")
        #expect(try await host(provider) == "b")
        try file.write("nonsense")
        await #expect(throws: SourceUnavailable.self) { try await host(provider) }
    }
}
