import SluiceCore
import SluiceTesting
import SluiceWire
import Testing

/// A stream that is silent gets comments between its events, and nothing else changes.
struct HeartbeatTests {
    private let ping = ": ping\n"

    /// Runs a script in which `beat` stands for moments when the client has heard nothing for a while.
    private func run(
        _ body: String = streaming, _ change: (Bench) -> Void = { _ in },
        _ steps: (StepTransport.Step) -> [StepTransport.Step]
    ) async -> Bench {
        let bench = Bench()
        change(bench)
        let beat = StepTransport.Step.act { [unowned bench] in bench.exchange?.beat() }
        bench.transport.answers = [steps(beat)]
        await bench.send(body)
        return bench
    }

    @Test func betweenEvents() async {
        let bench = await run { beat in
            [.streamHead, beat, .bytes(chunk("a")), beat, beat, .bytes(last + done)]
        }
        #expect(bench.writer.text == ping + chunk("a") + ping + ping + last + done)
        #expect(bench.record?.events == 3)
        #expect(bench.record?.outcome == "completed")
    }

    @Test(arguments: 1..<chunk("b").utf8.count)
    func neverWithinAnEvent(cut: Int) async {
        let event = Array(chunk("b").utf8)
        let bench = await run { beat in
            [
                .streamHead, .bytes(chunk("a")), .bytes(Array(event.prefix(cut))), beat,
                .bytes(Array(event.dropFirst(cut)) + Array((last + done).utf8)),
            ]
        }
        #expect(bench.writer.text == chunk("a") + ping + chunk("b") + last + done)
    }

    @Test func neverBehindTheLastEvent() async {
        let bench = await run { beat in [.streamHead, .bytes(chunk("a") + last + done), beat] }
        #expect(bench.writer.text == chunk("a") + last + done)
    }

    @Test func neverForAClientThatTakesNothing() async {
        let bench = Bench()
        bench.script(
            .streamHead,
            .act { [unowned bench] in
                bench.writer.hasRoom = false
                bench.exchange?.beat()
                bench.writer.hasRoom = true
            }, .bytes(last + done))
        await bench.send(streaming)
        #expect(bench.writer.text == last + done)
    }

    @Test func plainAnswersGetNone() async {
        let bench = await run(plain) { beat in [beat, .head(200), beat, .bytes("{}"), beat] }
        #expect(bench.writer.text == "{}")
        #expect(bench.writer.length == 2)
    }

    @Test func aByteOrderMarkBehindAHeartbeatIsTakenOff() async {
        let bench = await run { beat in
            [.streamHead, beat, .bytes("\u{FEFF}" + chunk("a") + "\u{FEFF}" + last + done)]
        }
        #expect(bench.writer.text == ping + chunk("a") + "\u{FEFF}" + last + done)
    }

    // MARK: Before the provider's head

    @Test func beforeTheHeadTheStreamIsBegun() async {
        let bench = await run { beat in
            [beat, beat, .streamHead, .bytes(chunk("a") + last + done)]
        }
        #expect(bench.writer.head?.status == 200)
        #expect(bench.writer.head?.headers[.contentType] == "text/event-stream; charset=utf-8")
        #expect(bench.writer.text == ping + ping + chunk("a") + last + done)
        #expect(bench.record?.status == 200)
        #expect(bench.record?.outcome == "completed")
    }

    @Test func anErrorBehindAnEarlyHeadIsAnEvent() async {
        let bench = await run { beat in
            [beat, .head(429), .bytes(#"{"error":{"message":"slow down"}}"#)]
        }
        #expect(bench.writer.head?.status == 200)
        #expect(bench.writer.text.hasPrefix(ping + #"data: {"error""#), "\(bench.writer.text)")
        #expect(bench.writer.text.count(of: "upstream_status_429") == 1)
        #expect(bench.writer.text.count(of: #""message":"slow down""#) == 1)
        #expect(bench.writer.isEnded)
        #expect(bench.record?.status == 200)
        #expect(bench.record?.errorCode == "upstream_status_429")
    }

    @Test(arguments: [
        (400, #"{"error":"no such thing"}"#, "no such thing"),
        (500, "<html>", "The provider answered with status 500."),
        (500, #"{"error":{"message":7}}"#, "The provider answered with status 500."),
        (500, #"{"error":{"message":"your key sk-secret"}}"#, "your key [redacted]"),
        (401, #"{"error":{"message":"bad key"}}"#, "The provider rejected the proxy's credential."),
    ])
    func theProvidersWordsArePassedOnAsWithoutAHeartbeat(
        status: Int, body: String, words: String
    ) async {
        let bench = await run(streaming) { bench in
            bench.providers = [
                .scripted("first", tokens: Tokens([Credential("sk-secret")], renews: false))
            ]
        } _: { beat in
            [beat, .head(status), .bytes(body)]
        }
        #expect(
            bench.writer.text.count(of: "\"message\":\"\(words)\"") == 1, "\(bench.writer.text)")
        #expect(bench.record?.errorCode == "upstream_status_\(status)")
    }

    @Test func aTimeoutBehindAnEarlyHeadIsAnEvent() async {
        let bench = await run { beat in [beat, .fail(.upstreamTimeout("first byte"))] }
        #expect(bench.writer.text.hasPrefix(ping + #"data: {"error""#), "\(bench.writer.text)")
        #expect(bench.writer.text.count(of: "upstream_timeout") == 1)
        #expect(bench.writer.isEnded)
    }

    @Test(arguments: ["application/json", "text/html"])
    func whatIsNoStreamBehindAnEarlyHeadIsAnErrorEvent(type: String) async {
        let bench = await run { beat in [beat, .head(200, type), .bytes("{}")] }
        #expect(bench.writer.text.count(of: "bad_upstream_response") == 1)
        #expect(bench.writer.isEnded)
    }

    @Test func anotherProviderMayFollowAnEarlyHead() async {
        let bench = Bench()
        bench.providers = [.scripted("first"), .scripted("second")]
        let beat = StepTransport.Step.act { [unowned bench] in bench.exchange?.beat() }
        bench.transport.answers = [
            [beat, .fail(.cannotConnect("refused"))],
            [.streamHead, .bytes(chunk("a") + last + done)],
        ]
        await bench.send(streaming)
        #expect(bench.transport.providers == ["first", "second"])
        #expect(bench.writer.text == ping + chunk("a") + last + done)
    }

    @Test func nothingFollowsAnEarlyHeadOnceAnEventWasSent() async {
        let bench = Bench()
        bench.providers = [.scripted("first"), .scripted("second")]
        let beat = StepTransport.Step.act { [unowned bench] in bench.exchange?.beat() }
        bench.transport.answers = [
            [beat, .streamHead, .bytes(chunk("a")), .fail(.cannotConnect("odd"))]
        ]
        await bench.send(streaming)
        #expect(bench.transport.providers == ["first"])
        #expect(bench.writer.text.hasPrefix(ping + chunk("a") + #"data: {"error""#))
    }
}
