import SluiceCore
import SluiceTesting
import SluiceWire
import Synchronization
import Testing

struct AttemptTests {
    static let unreachable = ProxyError.cannotConnect("refused")

    // MARK: Credentials

    @Test func a401BringsANewCredentialAndOneRepeat() async {
        let tokens = Tokens([Credential("old"), Credential("new")])
        let bench = Bench(
            [.head(401), .bytes(#"{"error":{}}"#)], [.head(200), .bytes(#"{"ok":1}"#)])
        bench.providers = [.scripted(tokens: tokens)]
        #expect(await bench.send().name == "completed")
        #expect(tokens.rejected == ["old"])
        #expect(bench.transport.requests.count == 2)
        #expect(bench.writer.text == #"{"ok":1}"#)
        #expect(bench.record?.attempts == 2)
    }

    @Test func aSecond401IsTheAnswer() async {
        let tokens = Tokens([Credential("old"), Credential("new")])
        let bench = Bench([.head(401), .bytes(#"{"error":{}}"#)])
        bench.providers = [.scripted(tokens: tokens)]
        await bench.send()
        #expect(bench.transport.requests.count == 2)
        #expect(bench.writer.head?.status == 401)
    }

    @Test func aCredentialThatCannotBeRenewedIsNotRepeated() async {
        let tokens = Tokens([Credential("only")], renews: false)
        let bench = Bench([.head(401), .bytes(#"{"error":{}}"#)])
        bench.providers = [.scripted(tokens: tokens)]
        await bench.send()
        #expect(bench.transport.requests.count == 1)
    }

    @Test func aClientThatLeavesWhileACredentialIsFetchedCausesNoRequest() async {
        let bench = Bench([.head(200), .bytes("{}")])
        let writer = bench.writer
        bench.providers = [.scripted(tokens: ActingTokens { writer.isClosed = true })]
        #expect(await bench.send().name == "client_gone")
        #expect(bench.transport.requests.isEmpty)
    }

    @Test func anInterruptionWhileACredentialIsFetchedCausesNoRequest() async {
        let bench = Bench([.head(200), .bytes("{}")])
        bench.providers = [
            .scripted(
                tokens: ActingTokens { [unowned bench] in
                    bench.exchange?.interrupt(Self.unreachable)
                })
        ]
        #expect(await bench.send().name == "aborted")
        #expect(bench.transport.requests.isEmpty)
        #expect(bench.writer.head?.status == 502)
    }

    @Test func anUploadIsNotRepeated() async {
        let tokens = Tokens([Credential("old"), Credential("new")])
        let bench = Bench([.head(401), .bytes(#"{"error":{}}"#)])
        bench.providers = [.scripted(tokens: tokens)]
        await bench.send(
            path: "/v1/files", type: "multipart/form-data; boundary=x", pieces: [[1], [2]])
        #expect(bench.transport.requests.count == 1)
        #expect(bench.writer.head?.status == 401)
    }

    @Test func theTimeToTheFirstByteIsThatOfTheAnswer() async {
        let bench = Bench()
        bench.transport.answers = [
            [.head(401), .act { [unowned bench] in bench.clock.advance(by: .seconds(1)) }],
            [.head(200), .bytes("{}")],
        ]
        bench.providers = [.scripted(tokens: Tokens([Credential("old"), Credential("new")]))]
        await bench.send()
        #expect(bench.record?.timeToFirstByte == 1_000_000_000)
    }

    @Test func theTimeToTheFirstByteCountsWithinATurn() async {
        let bench = Bench([.streamHead, .bytes(chunk("a") + last + done)])
        bench.clock.sinceTurnBegan = 5000
        await bench.send(streaming)
        #expect(bench.record?.timeToFirstByte == 5000)
        // The events came in the turn of the first byte.
        #expect(bench.record?.streamDuration == 0)
    }

    @Test func aCredentialThatCannotBeHadTriesElsewhere() async {
        struct Gone: Error {}
        let bench = Bench([.head(200), .bytes("{}")])
        bench.providers = [
            .scripted("one", tokens: Tokens([], error: Gone())), .scripted("two"),
        ]
        #expect(await bench.send().name == "completed")
        #expect(bench.transport.providers == ["two"])
    }

    @Test func withoutACredentialTheClientGets502() async {
        struct Gone: Error { let path = "/run/secrets/key" }
        let bench = Bench()
        bench.providers = [.scripted("one", tokens: Tokens([], error: Gone()))]
        await bench.send()
        #expect(bench.writer.head?.status == 502)
        #expect(!bench.writer.text.contains("secrets"))
        #expect(bench.record?.errorDetail?.contains("secrets") == true)
    }

    // MARK: Addresses and providers

    @Test func anUnreachableProviderIsFollowedByTheNext() async {
        let bench = Bench([.fail(Self.unreachable)], [.head(200), .bytes("{}")])
        bench.providers = [.scripted("one"), .scripted("two")]
        #expect(await bench.send().name == "completed")
        #expect(bench.transport.providers == ["one", "two"])
        #expect(bench.record?.provider == "two")
        #expect(bench.record?.attempts == 2)
    }

    @Test func allAddressesOfAProviderAreTried() async {
        let urls = Addresses(["http://a.test", "http://b.test"])
        let bench = Bench([.fail(Self.unreachable)], [.head(200), .bytes("{}")])
        bench.providers = [.scripted(urls: urls)]
        #expect(await bench.send().name == "completed")
        #expect(bench.transport.requests.map(\.url.host) == ["a.test", "b.test"])
        #expect(urls.reports == ["a.test upstream_unreachable", "b.test -"])
    }

    @Test func anAddressIsReportedToItsOwnProviderOnly() async {
        let (urls, fixed) = (Addresses(["http://a.test"]), FixedAddress())
        let bench = Bench([.fail(Self.unreachable)], [.head(200), .bytes("{}")])
        bench.providers = [.scripted("one", urls: urls), .scripted("two", urls: fixed)]
        #expect(await bench.send().name == "completed")
        #expect(urls.reports == ["a.test upstream_unreachable"])
        #expect(fixed.reports.lines.isEmpty)
    }

    @Test(arguments: [
        ProxyError.connectionLost("closed without an answer"), .upstreamTimeout("first byte"),
        .badAnswer("garbage"),
    ])
    func nothingIsTriedAgainAfterBytesWereSent(error: ProxyError) async {
        let bench = Bench([.fail(error)], [.head(200), .bytes("{}")])
        bench.providers = [.scripted("one"), .scripted("two")]
        #expect(await bench.send().name == "upstream_error")
        #expect(bench.transport.requests.count == 1)
        #expect(bench.writer.head?.status == error.status)
        #expect(bench.writer.head?.headers["x-should-retry"] == "false")
    }

    @Test func nothingIsTriedAgainOnceAnAnswerHasBegun() async {
        let bench = Bench(
            [.head(200), .bytes("{"), .fail(Self.unreachable)], [.head(200), .bytes("{}")])
        bench.providers = [.scripted("one"), .scripted("two")]
        #expect(await bench.send().name == "upstream_error")
        #expect(bench.transport.providers == ["one"])
        #expect(bench.writer.head?.status == 502)
    }

    @Test(arguments: [429, 500, 503, 401])
    func anErrorStatusIsNotTriedElsewhere(status: Int) async {
        let bench = Bench([.head(status), .bytes(#"{"error":{}}"#)], [.head(200), .bytes("{}")])
        bench.providers = [.scripted("one"), .scripted("two")]
        await bench.send()
        #expect(bench.transport.requests.count == 1)
        #expect(bench.writer.head?.status == status)
    }

    @Test(arguments: [(1, 1), (2, 2), (3, 3), (4, 4), (5, 4)])
    func attemptsAreLimited(limit: Int, expected: Int) async {
        let urls = ["http://a.test", "http://b.test"]
        let bench = Bench([.fail(Self.unreachable)])
        bench.limits.attempts = limit
        bench.providers = [
            .scripted("one", urls: Addresses(urls)), .scripted("two", urls: Addresses(urls)),
        ]
        await bench.send()
        #expect(bench.transport.requests.count == expected)
        #expect(bench.writer.head?.status == 502)
        #expect(bench.writer.head?.headers.contains("x-should-retry") == false)
        #expect(bench.record?.attempts == expected)
    }

    @Test func aFullProviderIsPassedOver() async {
        let bench = Bench([.head(200), .bytes("{}")])
        bench.providers = [.scripted("one", most: 0), .scripted("two", most: 1)]
        #expect(await bench.send().name == "completed")
        #expect(bench.transport.providers == ["two"])
        #expect(await bench.send().name == "completed")
    }

    @Test func whereAllAreFullTheClientGets503() async {
        let bench = Bench()
        bench.providers = [.scripted("one", most: 0)]
        await bench.send()
        #expect(bench.writer.head?.status == 503)
        #expect(bench.writer.head?.headers["retry-after"] == "1")
        #expect(bench.writer.text.contains("provider_busy"))
    }
}

/// Credentials in turn; the last stays.
final class Tokens: TokenProvider {
    private let state: Mutex<(left: [Credential], rejected: [String])>
    private let renews: Bool
    private let error: (any Error)?

    init(_ credentials: [Credential], renews: Bool = true, error: (any Error)? = nil) {
        state = Mutex((credentials, []))
        self.renews = renews
        self.error = error
    }

    var rejected: [String] { state.withLock { $0.rejected } }

    func credential(
        for headers: HeaderFields, context: ExchangeContext
    ) async throws -> Credential? {
        if let error { throw error }
        return state.withLock { $0.left.first }
    }

    func reject(_ credential: Credential, context: ExchangeContext) async -> Bool {
        state.withLock { state in
            state.rejected.append(credential.token)
            if state.left.count > 1 { state.left.removeFirst() }
            return renews
        }
    }
}

/// Addresses in the order of the attempts, and what was reported of them.
final class Addresses: URLProvider {
    private let urls: [UpstreamURL]
    private let kept = Mutex<[String]>([])
    private let next = Atomic<Int>(0)

    init(_ texts: [String]) {
        urls = texts.compactMap { try? UpstreamURL($0) }
    }

    var count: Int { urls.count }
    var reports: [String] { kept.withLock { $0 } }

    func url(
        for request: ProxyRequest, attempt: Int, context: ExchangeContext
    ) async throws -> UpstreamURL {
        let (turn, _) = next.add(1, ordering: .relaxed)
        return urls[turn % urls.count]
    }

    func report(_ url: UpstreamURL, error: ProxyError?) {
        kept.withLock { $0.append("\(url.host) \(error?.code ?? "-")") }
    }
}

/// An address that never changes, which says so.
private struct FixedAddress: URLProvider {
    let fixedURL = try? UpstreamURL("http://fixed.test")
    let reports = Log()

    func url(
        for request: ProxyRequest, attempt: Int, context: ExchangeContext
    ) async throws -> UpstreamURL {
        try UpstreamURL("http://fixed.test")
    }

    func report(_ url: UpstreamURL, error: ProxyError?) {
        reports.add(url.host)
    }
}

/// Lets the test act while a credential is fetched.
///
/// Safety: called by the exchange's task alone, which is the test's.
private struct ActingTokens: TokenProvider, @unchecked Sendable {
    let act: () -> Void

    init(_ act: @escaping () -> Void) {
        self.act = act
    }

    nonisolated(nonsending) func credential(
        for headers: HeaderFields, context: ExchangeContext
    ) async throws -> Credential? {
        act()
        return Credential("token")
    }

    nonisolated(nonsending) func reject(
        _ credential: Credential, context: ExchangeContext
    ) async -> Bool { false }
}
