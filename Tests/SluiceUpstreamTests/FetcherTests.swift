import SluiceCore
import SluiceUpstream
import SluiceWire
import Testing

struct FetcherTests {
    let bench = Bench()

    @Test func aSmallAnswerIsFetchedWhole() async throws {
        let peer = Peer { connection in
            _ = try connection.readRequest()
            try connection.answer("no such thing", status: 404, fields: "x-test: 1\r\n")
        }
        let fetcher = UpstreamFetcher(loop: bench.loop, statistics: bench.statistics)
        let response = try await fetcher.fetch(
            try .test(peer.port, nil), limit: 13, timeout: .seconds(5))
        #expect(response.status == 404)
        #expect(response.headers["x-test"] == "1")
        #expect(response.body == Array("no such thing".utf8))
    }

    @Test func aLargerAnswerThanTheLimitIsRefused() async throws {
        let peer = Peer { connection in
            _ = try connection.readRequest()
            try connection.answer("no such thing")
        }
        let fetcher = UpstreamFetcher(loop: bench.loop, statistics: bench.statistics)
        let error = await #expect(throws: ProxyError.self) {
            try await fetcher.fetch(try .test(peer.port, nil), limit: 12, timeout: .seconds(5))
        }
        #expect(error?.code == "bad_upstream_response")
    }

    @Test func aSlowAnswerTimesOut() async throws {
        let peer = Peer { connection in
            _ = try connection.readRequest()
            _ = connection.waitForClose()
        }
        let fetcher = UpstreamFetcher(loop: bench.loop, statistics: bench.statistics)
        let error = await #expect(throws: ProxyError.self) {
            try await fetcher.fetch(
                try .test(peer.port, nil), limit: 100, timeout: .milliseconds(100))
        }
        #expect(error?.status == 504)
    }
}
