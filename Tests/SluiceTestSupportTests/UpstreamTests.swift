import Foundation
import SluiceTestSupport
import Testing

@Suite(.enabled(if: Shared.hasUpstream, "SLUICE_SHARED has no scriptable upstream"))
struct UpstreamTests {
    let upstream: Upstream

    init() throws { upstream = try Upstream() }

    private func post(_ body: String) -> String {
        "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n"
            + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    private let plain = #"{"model":"m","messages":[{"role":"user","content":"hello"}]}"#
    private let streaming = #"{"model":"m","stream":true,"messages":[]}"#

    @Test func aPlainAnswerIsReadByItsLength() throws {
        let client = try RawClient(port: upstream.port)
        try client.send(post(plain), piece: 7)
        let response = try client.response()
        #expect(response.status == 200)
        #expect(response["content-type"] == "application/json")
        #expect(response.text.contains("Echo: hello"))
        #expect(try upstream.requests().count == 1)
        #expect(try upstream.requests()[0]["path"] as? String == "/v1/chat/completions")
    }

    @Test func aStreamIsFreedOfItsChunksAndTheConnectionGoesOn() throws {
        try upstream.push(#"{"chunks": 3, "split": "byte"}"#)
        let client = try RawClient(port: upstream.port)
        try client.send(post(streaming) + post(plain))
        let stream = try client.response()
        #expect(stream["transfer-encoding"] == "chunked")
        #expect(stream.text.hasPrefix("data: "))
        #expect(stream.text.hasSuffix("data: [DONE]\n\n"))
        #expect(try client.response().status == 200)
    }

    @Test func anInterimResponseIsKeptApart() throws {
        try upstream.push(#"{"informational": [100, 103]}"#)
        let client = try RawClient(port: upstream.port)
        try client.send(post(plain))
        let response = try client.response()
        #expect(response.interim == [100, 103])
        #expect(response.status == 200)
    }

    @Test func aQueuedScenarioIsTakenOnceByTheRequestThatMeetsIt() throws {
        try upstream.push(#"{"error": {"status": 429}}"#, when: #"{"stream": true}"#)
        let client = try RawClient(port: upstream.port)
        try client.send(post(plain) + post(streaming) + post(streaming))
        #expect(try (0..<3).map { _ in try client.response().status } == [200, 429, 200])
    }

    @Test func aResetIsSeenByThePeer() throws {
        try upstream.push(#"{"ttft_ms": 60000}"#)
        let client = try RawClient(port: upstream.port)
        try client.send(post(plain))
        try upstream.wait(#"{"heads": 1}"#)
        try client.reset()
        try upstream.wait(#"{"request": -1, "state": "aborted"}"#)
        let aborted = try upstream.requests()[0]["aborted"] as? [String: Any]
        #expect(aborted?["kind"] as? String == "rst")
    }

    @Test func aBodyThatEndsEarlyIsAnError() throws {
        try upstream.push(#"{"chunks": 9, "fault": "fin@event:2"}"#)
        let client = try RawClient(port: upstream.port)
        try client.send(post(streaming))
        #expect(throws: SocketError.self) { try client.response() }
    }

    @Test func silenceEndsTheClientsPatience() throws {
        try upstream.push(#"{"fault": "stall@request"}"#)
        let client = try RawClient(port: upstream.port, patience: 0.2)
        try client.send(post(plain))
        #expect(throws: SocketError.timedOut) { try client.response() }
    }

    @Test func aWaitThatDoesNotComeTrueThrows() throws {
        #expect {
            try upstream.wait(#"{"requests": 1, "timeout_ms": 20}"#)
        } throws: {
            ($0 as? UpstreamError)?.status == 408
        }
    }

    @Test func resettingForgetsTheRecords() throws {
        let client = try RawClient(port: upstream.port)
        try client.send(post(plain))
        _ = try client.response()
        try upstream.reset()
        #expect(try upstream.requests().isEmpty)
        #expect(try upstream.stats().isEmpty == false)
    }

    @Test func aClosedUpstreamIsGone() throws {
        upstream.close()
        #expect(throws: SocketError.system(call: "connect", code: ECONNREFUSED)) {
            try RawClient(port: upstream.port)
        }
    }
}
