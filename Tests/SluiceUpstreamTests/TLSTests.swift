import SluiceCore
import SluiceUpstream
import Testing

@Suite(.enabled(if: TLSPeer.isPossible, "needs openssl and python3"))
struct TLSTests {
    let bench = Bench()
    let peer: TLSPeer

    init() async throws {
        peer = try #require(await TLSPeer.start())
    }

    private var trusting: ConfiguredProvider {
        let trust = UpstreamTrust(authorities: peer.authority)
        return .test { _, options in options.trust = trust }
    }

    private func request(_ body: String, target: String = "/") throws -> UpstreamRequest {
        var request = try UpstreamRequest.test(
            peer.port, .bytes(Array(body.utf8)), scheme: "https")
        request.target = target
        return request
    }

    @Test func aCertificateOfATrustedAuthorityIsAccepted() async throws {
        for _ in 0..<3 {
            let answer = await bench.exchange(try request("hello"), provider: trusting)
            #expect(answer.error == nil)
            #expect(answer.text == "hello")
        }
        #expect(bench.statistics.dialled == 1)
        #expect(bench.statistics.reused == 2)
    }

    @Test func noFileIsNeededForADial() async throws {
        let trusting = trusting
        peer.removeFiles()
        let answer = await bench.exchange(try request("hello"), provider: trusting)
        #expect(answer.text == "hello")
    }

    @Test func aCertificateOfAnUnknownAuthorityIsRefused() async throws {
        let answer = await bench.exchange(try request("hello"))
        #expect(answer.error?.code == "upstream_unreachable")
        #expect(answer.error?.retry == .elsewhere)
        #expect(answer.error?.detail?.contains("certificate") == true)
    }

    @Test func aCertificateForAnotherNameIsRefused() async throws {
        var request = try request("hello")
        request.url = try UpstreamURL("https://localhost:\(peer.port)")
        let answer = await bench.exchange(request, provider: trusting)
        #expect(answer.error?.code == "upstream_unreachable")
    }

    @Test func aPeerWithoutTLSIsRefused() async throws {
        let plain = Peer { connection in
            try connection.send("HTTP/1.1 400 Bad Request\r\n\r\n")
        }
        let answer = await bench.exchange(try .test(plain.port, scheme: "https"))
        #expect(answer.error?.code == "upstream_unreachable")
    }

    @Test func largeBodiesPassBothWays() async throws {
        let body = String(repeating: "0123456789", count: 300_000)
        let answer = await bench.exchange(try request(body), provider: trusting)
        #expect(answer.error == nil)
        #expect(answer.text == body)
    }

    @Test func aReceiverThatWaitsGetsTheRestLater() async throws {
        let open = Gate()
        open.open()
        let body = String(repeating: "0123456789", count: 100_000)
        let answer = await bench.exchange(
            try request(body), provider: trusting, gate: open, decide: { _ in .wait })
        #expect(answer.error == nil)
        #expect(answer.text == body)
    }

    @Test func anEndWithoutTLSsFarewellIsACut() async throws {
        let answer = await bench.exchange(
            try request("x", target: "/cut"), provider: trusting)
        #expect(answer.text == "half")
        #expect(answer.error?.code == "upstream_connection_lost")
    }

    @Test func anEndWithTLSsFarewellIsAnEnd() async throws {
        let answer = await bench.exchange(
            try request("x", target: "/end"), provider: trusting)
        #expect(answer.text == "whole")
        #expect(answer.error == nil)
    }

    @Test func cancellingClosesIt() async throws {
        let gone = Gate()
        let peer = peer
        peer.release()
        let answer = await bench.exchange(
            try request("x", target: "/stream"), provider: trusting,
            decide: { count in
                if count > 0 { gone.open() }
                return .more
            }, cancelWhen: gone)
        #expect(answer.error?.code == "client_gone")
        #expect(bench.statistics.inUse == 0)
        #expect(bench.statistics.idle == 0)
    }

    /// libcurl sorts out dead connections when it opens one; those that it keeps for us must not count as dead.
    @Test func aStreamOutlivesOtherDials() async throws {
        let (bench, peer, trusting) = (bench, peer, trusting)
        let stream = try request("x", target: "/stream")
        async let streamed = bench.exchange(stream, provider: trusting)
        for _ in 0..<4 {
            await bench.until { $0.inUse == 1 }
            // Other options make another connection, in the same group of libcurl's.
            let other = ConfiguredProvider.test { _, options in
                options.trust = UpstreamTrust(authorities: peer.authority)
                options.idleTimeout = .milliseconds(Int64.random(in: 1000..<1_000_000))
            }
            let answer = await bench.exchange(try request("hello"), provider: other)
            #expect(answer.text == "hello")
            peer.release()
        }
        let answer = await streamed
        #expect(answer.error == nil)
        #expect(answer.text == "abcd")
    }

    @Test func manyConnectionsAtOnceSpreadOverGroups() async throws {
        let (bench, trusting) = (bench, trusting)
        let request = try request("hello")
        await withTaskGroup(of: Bench.Answer.self) { group in
            for _ in 0..<150 {
                group.addTask { await bench.exchange(request, provider: trusting) }
            }
            for await answer in group {
                #expect(answer.error == nil)
                #expect(answer.text == "hello")
            }
        }
        #expect(bench.statistics.inUse == 0)
        #expect(bench.statistics.idle == bench.statistics.dialled)
    }
}
