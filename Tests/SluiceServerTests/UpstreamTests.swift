import Foundation
import SluiceCore
import SluiceServer
import SluiceTestSupport
import SluiceTesting
import SluiceUpstream
import Testing

@Suite(.enabled(if: Shared.hasUpstream, "SLUICE_SHARED has no scriptable upstream"), .serialized)
struct UpstreamTests {
    // MARK: Cancelling

    @Test func aClientThatLeavesClosesTheUpstreamWithin50Milliseconds() async throws {
        let phases = [
            (#"{"ttft_ms": 60000}"#, true, "before_reply"),
            (#"{"base": "stall-mid"}"#, true, "reply"),
            (#"{"ttft_ms": 60000}"#, false, "before_reply"),
        ]
        try await Chain.run { chain in
            var count = 0
            for (scenario, stream, phase) in phases {
                for isReset in [true, false] {
                    count += 1
                    try chain.upstream.push(scenario)
                    let client = try RawClient(port: chain.port)
                    try client.send(chat("m", stream: stream))
                    if phase == "reply" { _ = try client.read(until: "\n\n") }
                    try chain.upstream.wait(#"{"requests": \#(count)}"#)
                    let left = milliseconds()
                    if isReset { try client.reset() } else { client.close() }
                    try chain.upstream.wait(#"{"aborted": \#(count)}"#)
                    let aborted = try chain.request()["aborted"] as? [String: Any]
                    let took = (aborted?["ms"] as? Double ?? .infinity) - left
                    #expect(took < 50, "\(scenario): closed after \(took) ms")
                    #expect(aborted?["phase"] as? String == phase, "\(scenario)")
                }
            }
            try blocking("the records") { chain.server.sink.records.count == count }
            #expect(chain.server.sink.records.allSatisfy { $0.outcome == "client_gone" })
            #expect(chain.statistics.inUse == 0)
            try chain.expectService()
        }
    }

    // MARK: Back-pressure

    @Test func aSlowReaderBlocksTheUpstreamAndNoTimerFires() async throws {
        var timeouts = UpstreamTimeouts()
        timeouts.streamIdle = .milliseconds(300)
        var settings = ServerSettings()
        settings.highWaterMark = 64 << 10
        try await Chain.run(settings, timeouts: timeouts) { chain in
            try chain.upstream.push(#"{"base": "large", "text_bytes": 14000000, "sndbuf": 16384}"#)
            let client = try RawClient(port: chain.port, receiveBuffer: 4096)
            try client.send(chat("m", stream: true))
            // Far beyond the idle limit.
            try chain.upstream.wait(#"{"blocked_ms": 900, "timeout_ms": 20000}"#)
            #expect(chain.server.sink.records.isEmpty)
            try chain.expectService()
            let answer = try client.response()
            #expect(answer.text.hasSuffix("data: [DONE]\n\n"))
            #expect(answer.body.count > 14_000_000)
            try blocking("the record") { chain.server.sink.records.count == 2 }
            #expect(chain.server.sink.records[1].outcome == "completed")
        }
    }

    @Test func theIdleTimerFiresWhereTheUpstreamIsSilent() async throws {
        var timeouts = UpstreamTimeouts()
        timeouts.streamIdle = .milliseconds(100)
        try await Chain.run(timeouts: timeouts) { chain in
            try chain.upstream.push(#"{"base": "stall-mid"}"#)
            let client = try RawClient(port: chain.port)
            try client.send(chat("m", stream: true))
            let answer = try client.response()
            #expect(answer.text.components(separatedBy: "upstream_timeout").count == 2)
            #expect(!answer.text.contains("[DONE]"))
            try chain.expectService()
        }
    }

    // MARK: One POST

    @Test func aRequestThatWasSentIsNotSentAgain() async throws {
        let rows = ["no-reply-fin", "no-reply-rst", "rst-mid-head", "fin-mid-head"]
        try await Chain.run { chain in
            for scenario in rows {
                try chain.upstream.reset()
                try chain.upstream.push(#"{"base": "\#(scenario)"}"#)
                let client = try RawClient(port: chain.port)
                try client.send(chat("m"))
                let answer = try client.response()
                #expect(answer.status == 502, "\(scenario)")
                #expect(answer["x-should-retry"] == "false")
                #expect(answer.text.contains("upstream_connection_lost"))
                try chain.upstream.wait(#"{"quiet_ms": 200}"#)
                #expect(try chain.upstream.requests().count == 1, "\(scenario)")
                try client.send(chat("m"))
                #expect(try client.response().status == 200)
            }
        }
    }

    @Test func aStaleConnectionCostsNoSecondPOST() async throws {
        let rows = [
            "stale-idle", "stale-idle-rst", "stale-next", "stale-next-rst", "stale-next-half",
        ]
        try await Chain.run { chain in
            for scenario in rows {
                try chain.upstream.reset()
                try chain.upstream.push(#"{"base": "\#(scenario)"}"#)
                let client = try RawClient(port: chain.port)
                try client.send(chat("first"))
                #expect(try client.response().status == 200)
                if scenario.hasPrefix("stale-idle") {
                    try chain.upstream.wait(#"{"open": 0}"#)
                }
                try client.send(chat("second"))
                let status = try client.response().status
                try chain.upstream.wait(#"{"quiet_ms": 200}"#)
                #expect(try chain.upstream.requests().count == 2, "\(scenario)")
                #expect(status == (scenario.hasPrefix("stale-idle") ? 200 : 502), "\(scenario)")
                try chain.expectService()
            }
        }
    }

    // MARK: What goes up

    @Test func theUpstreamSeesOneCleanRequest() async throws {
        try await Chain.run { chain in
            let client = try RawClient(port: chain.port)
            let fields = [
                "Authorization: Bearer client", "Cookie: a=b", "X-Api-Key: k", "X_Api_Key: k",
                "Connection: keep-alive, x-secret", "X-Secret: s", "Keep-Alive: timeout=5",
                "TE: trailers", "Proxy-Authorization: p", "X-Forwarded-For: 1.2.3.4",
                "User-Agent: test/1", "X-Stainless-Lang: swift", "OpenAI-Beta: x=1",
                "Accept-Encoding: gzip", "Expect: 100-continue", "Upgrade: h2c",
            ].map { $0 + "\r\n" }.joined()
            try client.send(chat("m", fields: fields), piece: 7)
            #expect(try client.response().status == 200)
            let request = try chain.request()
            #expect(request["anomalies"] as? [String] == [])
            let seen = (request["headers"] as? [[String]] ?? []).map { $0[0].lowercased() }
            for name in [
                "authorization", "cookie", "x-api-key", "x_api_key", "connection", "x-secret",
                "keep-alive", "te", "proxy-authorization", "x-forwarded-for", "expect", "upgrade",
                "transfer-encoding",
            ] { #expect(!seen.contains(name), "\(name)") }
            for name in [
                "host", "content-length", "content-type", "user-agent", "x-stainless-lang",
                "openai-beta",
            ] { #expect(seen.count { $0 == name } == 1, "\(name)") }
        }
    }

    @Test func aChunkedBodyGoesOnWithItsLength() async throws {
        try await Chain.run { chain in
            let client = try RawClient(port: chain.port)
            let body = #"{"model":"m","messages":[]}"#
            try client.send(
                "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + body.map { "1\r\n\($0)\r\n" }.joined() + "0\r\nX-Trailer: 1\r\n\r\n")
            #expect(try client.response().status == 200)
            let request = try chain.request()
            #expect(request["body_text"] as? String == body)
            #expect(request["anomalies"] as? [String] == [])
            #expect(request["framing"] as? String == "content-length")
        }
    }

    @Test func anUploadStreamsWhole() async throws {
        try await Chain.run { chain in
            let client = try RawClient(port: chain.port)
            let bytes = [UInt8](repeating: 7, count: 1_000_000)
            try client.send(
                "POST /v1/files HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\n"
                    + "Content-Length: \(bytes.count)\r\n\r\n")
            try client.send(bytes)
            _ = try client.response()
            #expect(try chain.request()["body_len"] as? Int == bytes.count)
            #expect(try chain.request()["anomalies"] as? [String] == [])
        }
    }

    // MARK: What comes back

    @Test func anOddAnswerIsSettled() async throws {
        let rows = [
            ("early-hints", 200), ("continue-first", 200), ("status-101", 502), ("redirect", 502),
            ("garbage", 502), ("http09", 502), ("dup-cl-different", 502), ("cl-te", 502),
            (#"{"framing": "chunked", "fault": "bad_chunk:-5@byte:5"}"#, 502), ("big-header", 502),
            ("many-headers", 502),
            ("negative-status", 502), ("te-gzip", 502), ("cl-long", 502),
            (#"{"framing": "chunked", "fault": "fin@before_end"}"#, 502),
            ("early-401", 401), ("early-413", 413), ("html-502", 502), ("status-429", 429),
            ("html-200", 502), ("http10", 200), ("close-delimited", 200), ("chunk-ext", 200),
            ("trailers", 200), ("second-reply", 200), ("extra-bytes", 200), ("no-reason", 200),
        ]
        try await Chain.run { chain in
            for (scenario, status) in rows {
                try chain.upstream.reset()
                try chain.upstream.push(
                    scenario.hasPrefix("{") ? scenario : #"{"base": "\#(scenario)"}"#)
                let client = try RawClient(port: chain.port)
                try client.send(chat("m"))
                let answer = try client.response()
                #expect(answer.status == status, "\(scenario): \(answer.text)")
                #expect(
                    answer["content-type"]?.hasPrefix("application/json") == true, "\(scenario)")
                #expect(answer["location"] == nil)
                #expect(try chain.upstream.requests().count == 1, "\(scenario)")
                try client.send(chat("m"))
                #expect(try client.response().status == 200)
                try chain.expectService()
            }
        }
    }

    @Test func aCutStreamEndsInOneErrorEvent() async throws {
        let rows = [
            "rst-mid", "fin-mid-event", "fin-mid", "clean-end", "clean-end-fin",
            "clean-end-mid-event",
            "no-last-chunk", "chunk-size", "bad-json",
        ]
        try await Chain.run { chain in
            for scenario in rows {
                try chain.upstream.reset()
                try chain.upstream.push(#"{"base": "\#(scenario)"}"#)
                let client = try RawClient(port: chain.port)
                try client.send(chat("m", stream: true))
                let text = try client.response().text
                let errors = text.components(separatedBy: #"data: {"error""#).count - 1
                #expect(text.hasSuffix("\n\n"), "\(scenario)")
                // A broken event inside, and an end that is no end behind the last event, are not cuts.
                if scenario == "bad-json" || scenario == "no-last-chunk" {
                    #expect(errors == 0, "\(scenario)")
                    #expect(text.hasSuffix("data: [DONE]\n\n"))
                } else {
                    #expect(errors == 1, "\(scenario)")
                    #expect(!text.contains("[DONE]"), "\(scenario)")
                }
                #expect(try chain.upstream.requests().count == 1, "\(scenario)")
                try chain.expectService()
            }
        }
    }
}
