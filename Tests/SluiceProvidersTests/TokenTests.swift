import Foundation
import Glibc
import SluiceConfig
import SluiceCore
import SluiceWire
import Testing

@testable import SluiceProviders

struct TokenTests {
    private func make(
        _ toml: String, environment: [String: String] = ["PATH": "/usr/bin:/bin"]
    ) throws -> any TokenProvider {
        let section = try section(toml)
        let source = try #require(try section.source("token"))
        return try TokenProviders.make(from: source, section: section, environment: environment)
    }

    private func token(
        _ provider: any TokenProvider, _ fields: [(String, String)] = [],
        _ context: ExchangeContext = context()
    ) async throws -> String? {
        var headers = HeaderFields()
        for (name, value) in fields { headers.append(HeaderName(name), value) }
        return try await provider.credential(for: headers, context: context)?.token
    }

    // MARK: Fixed and environment

    @Test func aFixedTokenStaysTheSame() async throws {
        let provider = try make(#"token = "sk-1""#)
        #expect(try await token(provider) == "sk-1")
        #expect(await provider.reject(Credential("sk-1"), context: context()) == false)
    }

    @Test func aTokenMayStandInTheEnvironment() async throws {
        let provider = try make(#"token = { env = "KEY" }"#, environment: ["KEY": "sk-2"])
        #expect(try await token(provider) == "sk-2")
    }

    @Test(arguments: [
        #"token = { env = "MISSING" }"#, #"token = ["a", "b"]"#,
        #"token = "sk-SECRET\r\nx: y""#, #"token = "sk SECRET""#, #"token = "sk-SECRETß""#,
        #"token = { file = "/nonexistent/SECRET" }"#,
        #"token = { command = ["no-such-program-at-all"] }"#,
        #"token = { token_url = "ftp://x", client_id = "a", client_secret = "SECRET" }"#,
        #"token = { token_url = "https://x/t", client_id = "a", client_secret = { env = "MISSING" } }"#,
    ])
    func aBadSourceIsAnErrorOfItsSectionThatHidesTheSecret(_ toml: String) {
        let error = #expect(throws: ConfigurationError.self) { try make(toml) }
        #expect(error?.key == "token")
        #expect(error?.description.contains("SECRET") == false)
    }

    @Test func programsGetNoKeyOfSecrets() {
        let environment = [
            "SLUICE_SECRET_KEY": "anything", "OTHER": "a,sluicekey-1234-abcd", "HOME": "/root",
            "KEY": "sk-1",
        ]
        #expect(Command.withoutSecretKeys(environment) == ["HOME": "/root", "KEY": "sk-1"])
    }

    // MARK: File

    @Test func aFileIsReadAgainWhenItChanges() async throws {
        let file = try TemporaryFile(" one\n")
        let provider = try make("token = { file = '\(file.path)' }")
        #expect(try await token(provider) == "one")
        try file.write("two\n")
        #expect(try await token(provider) == "two")
        try file.write("six\n")
        #expect(try await token(provider) == "six")
    }

    @Test func anUnchangedFileIsNotReadAgain() async throws {
        let file = try TemporaryFile("one")
        try file.age()
        let watched = WatchedFile(path: file.path)
        _ = try await watched.text(context().logger)
        // The same size, inode and time, so nothing says that it changed.
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file.path))
        try handle.write(contentsOf: Data("two".utf8))
        try handle.close()
        try file.age()
        let stampIsEqual = try await watched.text(context().logger) == "one"
        let reloaded = try await watched.reload(context().logger)
        #expect(stampIsEqual || reloaded == "two")
        #expect(reloaded == "two")
    }

    @Test func aVanishedFileKeepsItsLastToken() async throws {
        let file = try TemporaryFile("one")
        let provider = try make("token = { file = '\(file.path)' }")
        try file.remove()
        #expect(try await token(provider) == "one")
        #expect(await provider.reject(Credential("one"), context: context()) == false)
    }

    @Test func aVanishedFileIsToldOfOnceAndTakenWhenItIsBack() async throws {
        let file = try TemporaryFile("one")
        try file.age()
        let (provider, log) = (try make("token = { file = '\(file.path)' }"), Lines())
        try file.remove()
        for _ in 0..<3 { #expect(try await token(provider, [], context(log: log)) == "one") }
        #expect(
            log.all == [
                "a file is of no use; what was read of it before stays in use: the file cannot be read"
            ])
        try file.write("two")
        for _ in 0..<3 { #expect(try await token(provider, [], context(log: log)) == "two") }
        try file.remove()
        #expect(try await token(provider, [], context(log: log)) == "two")
        #expect(log.all.count == 2)
    }

    @Test func aPipeInPlaceOfAFileHoldsNobody() async throws {
        let file = try TemporaryFile("one")
        let (provider, log) = (try make("token = { file = '\(file.path)' }"), Lines())
        try file.remove()
        try #require(mkfifo(file.path, 0o600) == 0)
        for _ in 0..<3 { #expect(try await token(provider, [], context(log: log)) == "one") }
        #expect(log.all.count == 1)
        #expect(log.all.first?.hasSuffix(": the file is no regular file") == true)
    }

    @Test(arguments: ["/dev/zero", "/tmp"])
    func onlyRegularFilesAreRead(path: String) throws {
        let error = #expect(throws: SourceUnavailable.self) {
            try WatchedFile(path: path).loadNow()
        }
        #expect(error?.description == "the file is no regular file")
    }

    @Test func aRefusedTokenOfAFileIsReplacedOnlyIfTheFileChanged() async throws {
        let file = try TemporaryFile("one")
        let provider = try make("token = { file = '\(file.path)' }")
        #expect(await provider.reject(Credential("one"), context: context()) == false)
        try file.write("two")
        #expect(await provider.reject(Credential("one"), context: context()))
        #expect(try await token(provider) == "two")
    }

    @Test(arguments: ["", "two words", "a\u{0}b"])
    func aFileWithoutATokenIsAnError(_ text: String) async throws {
        let file = try TemporaryFile("one")
        let provider = try make("token = { file = '\(file.path)' }")
        try file.write(text)
        await #expect(throws: SourceUnavailable.self) { try await token(provider) }
    }

    @Test func aFileHasALimit() async throws {
        let file = try TemporaryFile(String(repeating: "x", count: WatchedFile.sizeLimit + 1))
        await #expect(throws: SourceUnavailable.self) {
            try await WatchedFile(path: file.path).text(context().logger)
        }
    }

    // MARK: Command

    private func command(_ script: String, _ timeout: Duration = .seconds(30)) throws -> Command {
        var command = try #require(Command(["sh", "-c", script], path: "/usr/bin:/bin"))
        command.timeout = timeout
        return command
    }

    @Test func aCommandsOutputIsTheToken() async throws {
        let provider = try make(#"token = { command = ["echo", "sk-3"] }"#)
        #expect(try await token(provider) == "sk-3")
    }

    @Test func aCommandRunsAgainAfterItsExpiryAndAfterARefusal() async throws {
        let file = try TemporaryFile("")
        let clock = ManualClock()
        let provider = CommandToken(
            try command("echo x >> '\(file.path)'; wc -l < '\(file.path)'"),
            expiry: .seconds(60), now: clock.now)
        #expect(try await token(provider) == "1")
        clock.advance(.seconds(59))
        #expect(try await token(provider) == "1")
        clock.advance(.seconds(1))
        #expect(try await token(provider) == "2")
        #expect(await provider.reject(Credential("1"), context: context()))
        #expect(try await token(provider) == "2")
        #expect(await provider.reject(Credential("2"), context: context()))
        #expect(try await token(provider) == "3")
    }

    @Test func requestsShareOneRun() async throws {
        let file = try TemporaryFile("")
        let provider = CommandToken(
            try command("echo x >> '\(file.path)'; wc -l < '\(file.path)'"), expiry: nil)
        let tokens = try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    try await provider.credential(for: HeaderFields(), context: context())?.token
                }
            }
            return try await group.reduce(into: Set<String?>()) { $0.insert($1) }
        }
        #expect(tokens == ["1"])
    }

    @Test(arguments: [
        "exit 3", "echo SECRET; exit 1", "true", "echo two SECRETS", "printf '\\377SECRET'",
        "yes SECRET | head -c 70000",
    ])
    func aCommandThatFailsIsAnErrorWithoutItsOutput(_ script: String) async throws {
        let provider = CommandToken(try command(script), expiry: nil)
        let error = await #expect(throws: SourceUnavailable.self) { try await token(provider) }
        #expect(error?.description.contains("SECRET") == false)
    }

    @Test func aCommandThatHangsIsEnded() async throws {
        let command = try command("exec sleep 60", .milliseconds(50))
        let start = ContinuousClock.now
        let error = await #expect(throws: SourceUnavailable.self) { try await command.run() }
        #expect(error?.description == "the command took too long")
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    // MARK: OAuth

    private func oauth(
        _ more: String = "", now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) throws -> OAuthToken {
        let section = try section(
            #"token = { token_url = "https://login.example/t?x=1", client_id = "me & co", client_secret = "s/ecret"\#(more) }"#
        )
        guard case .oauth(let credentials)? = try section.source("token") else {
            throw NotAccepted()
        }
        return OAuthToken(
            url: try UpstreamURL(credentials.tokenURL), credentials: credentials,
            secret: .fixed(Secret("s/ecret")), now: now)
    }

    @Test func aTokenIsAskedForByTheGrant() async throws {
        let fetcher = FakeFetcher([(200, #"{"access_token":"at","expires_in":3600}"#)])
        let provider = try oauth(#", scope = "a b", audience = "aud""#)
        #expect(try await token(provider, [], context(fetcher)) == "at")
        let request = try #require(fetcher.requests.first)
        #expect(request.method == .post)
        #expect(request.url.host == "login.example")
        #expect(request.target == "/t?x=1")
        #expect(request.headers[.contentType] == "application/x-www-form-urlencoded")
        guard case .bytes(let body) = request.body else { throw NotAccepted() }
        #expect(
            String(decoding: body, as: UTF8.self)
                == "grant_type=client_credentials&client_id=me%20%26%20co&client_secret=s%2Fecret&scope=a%20b&audience=aud"
        )
    }

    @Test(arguments: [
        (#""expires_in":3600"#, 3540), (#""expires_in":"600""#, 540), (#""expires_in":50"#, 45),
        (#""token_type":"bearer""#, 270),
    ])
    func aTokenIsUsedUntilShortlyBeforeItsEnd(_ member: String, _ seconds: Int) async throws {
        let clock = ManualClock()
        let fetcher = FakeFetcher([
            (200, #"{"access_token":"one",\#(member)}"#), (200, #"{"access_token":"two"}"#),
        ])
        let provider = try oauth(now: clock.now)
        #expect(try await token(provider, [], context(fetcher)) == "one")
        clock.advance(.seconds(seconds) - .milliseconds(1))
        #expect(try await token(provider, [], context(fetcher)) == "one")
        clock.advance(.milliseconds(1))
        #expect(try await token(provider, [], context(fetcher)) == "two")
    }

    @Test func aRefusedTokenIsFetchedAnew() async throws {
        let fetcher = FakeFetcher([
            (200, #"{"access_token":"one"}"#), (200, #"{"access_token":"two"}"#),
        ])
        let provider = try oauth()
        let first = try #require(try await token(provider, [], context(fetcher)))
        #expect(await provider.reject(Credential(first), context: context(fetcher)))
        #expect(try await token(provider, [], context(fetcher)) == "two")
        #expect(fetcher.requests.count == 2)
    }

    @Test(arguments: [
        (
            401, #"{"error":"invalid_client","error_description":"s/ecret is wrong"}"#,
            "status 401 (invalid_client)"
        ),
        (500, "s/ecret", "status 500"), (400, #"{"error":"S/ECRET s/ecret"}"#, "status 400"),
        (200, "{}", "no access_token"), (200, #"{"access_token":"a b"}"#, "spaces"),
    ])
    func aRefusalOfTheServerIsAnErrorWithoutItsWords(_ status: Int, _ body: String, _ says: String)
        async throws
    {
        let provider = try oauth()
        let error = await #expect(throws: SourceUnavailable.self) {
            try await token(provider, [], context(FakeFetcher([(status, body)])))
        }
        #expect(error?.description.contains(says) == true)
        #expect(error?.description.lowercased().contains("s/ecret") == false)
    }

    // MARK: The client's own

    @Test(arguments: [
        [("authorization", "Bearer sk-c")], [("Authorization", "bearer  sk-c")],
        [("api-key", "sk-c")], [("x-api-key", "sk-c")],
        [("authorization", "Bearer sk-c"), ("api-key", "sk-c")],
    ])
    func theClientsOwnTokenIsPassedOn(_ fields: [(String, String)]) async throws {
        var headers = HeaderFields()
        for (name, value) in fields { headers.append(HeaderName(name), value) }
        let provider = try make("token = { client = true }")
        let credential = try await provider.credential(for: headers, context: context())
        #expect(credential == Credential("sk-c", isClients: true))
        #expect(await provider.reject(Credential("sk-c"), context: context()) == false)
    }

    @Test(arguments: [
        [("authorization", "Bearer sk-c"), ("authorization", "Bearer sk-d")],
        [("authorization", "Bearer sk-c"), ("Authorization", "Bearer sk-c")],
        [("authorization", "Bearer sk-c"), ("api-key", "sk-d")],
        [("authorization", "Basic abc"), ("api-key", "sk-d")],
        [("api-key", "sk-c"), ("x-api-key", "sk-d")],
    ])
    func aClientWithTwoTokensIsRefused(_ fields: [(String, String)]) async throws {
        let provider = try make("token = { client = true }")
        let error = await #expect(throws: ProxyError.self) { try await token(provider, fields) }
        #expect(error?.status == 400)
        #expect(error?.code == "ambiguous_api_key")
        #expect(error?.message.contains("sk-") == false)
    }

    @Test(
        arguments: [
            [], [("authorization", "Basic abc")], [("authorization", "Bearer")],
            [("authorization", "Bearer a b")], [("api-key", "")],
        ] as [[(String, String)]])
    func aClientWithoutATokenIsRefused(_ fields: [(String, String)]) async throws {
        let provider = try make("token = { client = true }")
        let error = await #expect(throws: ProxyError.self) { try await token(provider, fields) }
        #expect(error?.status == 401)
        #expect(error?.message.hasPrefix("You didn't provide an API key.") == true)
    }
}
