import SluiceCore
import SluiceServer
import SluiceTestSupport
import SluiceTesting
import Testing

struct DrainTests {
    @Test func idleConnectionsCloseAndRunningRequestsFinish() async throws {
        try await TestServer.run(loops: 2) { server in
            let (port, plays) = (server.port, server.plays)
            async let clients: Void = offPool {
                let idle = try RawClient(port: port)
                try idle.send(health)
                #expect(try idle.response().status == 200)
                let silent = try RawClient(port: port)
                let streaming = try RawClient(port: port)
                try streaming.send(chat("pause", stream: true))
                _ = try streaming.read(until: PlayTransport.event)
                let waiting = try RawClient(port: port)
                try waiting.send(chat("hold"))
                try blocking("the requests") { plays.state.requests.count == 2 }
                try blocking("the connections") { server.connections == 4 }
                let drained = Flag()
                Task {
                    #expect(await server.server.drain(within: .seconds(20)) == 0)
                    drained.set()
                }
                #expect(try idle.isClosedByPeer())
                #expect(try silent.isClosedByPeer())
                #expect(throws: SocketError.self) { try RawClient(port: port) }
                #expect(!drained.isSet)
                plays.gate.open()
                #expect(try streaming.read(until: "0\r\n\r\n").isEmpty == false)
                #expect(try streaming.isClosedByPeer())
                let answer = try waiting.response()
                #expect(answer.status == 200)
                #expect(answer["connection"] == "close")
                #expect(try waiting.isClosedByPeer())
                try blocking("the drain") { drained.isSet }
            }
            try await clients
        }
    }

    @Test func theUsageOfAStreamWhoseClientLeftIsWaitedFor() async throws {
        try await TestServer.run { server in
            let (port, plays) = (server.port, server.plays)
            async let clients: Void = offPool {
                let client = try RawClient(port: port)
                try client.send(
                    post(
                        #"{"model":"usage","stream":true,"stream_options":{"include_usage":true},"messages":[]}"#
                    ))
                _ = try client.read(until: PlayTransport.finish)
                client.close()
                try blocking("the respite") { plays.state.respites == 1 }
                #expect(server.connections == 0)
                let drained = Flag()
                Task {
                    #expect(await server.server.drain(within: .seconds(20)) == 0)
                    drained.set()
                }
                try blocking("the drain") { (try? RawClient(port: port)) == nil }
                #expect(!drained.isSet)
                #expect(server.sink.records.isEmpty)
                plays.gate.open()
                try blocking("the drain's end") { drained.isSet }
                #expect(server.sink.records.map(\.outcome) == ["client_gone"])
                #expect(server.sink.records.first?.usage?.completionTokens == 20_000)
            }
            try await clients
        }
    }

    @Test func leftoversGetAnErrorTheClientCanSee() async throws {
        try await TestServer.run { server in
            let (port, plays) = (server.port, server.plays)
            async let clients: Void = offPool {
                let streaming = try RawClient(port: port)
                try streaming.send(chat("pause", stream: true))
                _ = try streaming.read(until: PlayTransport.event)
                let waiting = try RawClient(port: port)
                try waiting.send(chat("hold"))
                let uploading = try RawClient(port: port)
                try uploading.send(
                    "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
                try blocking("the requests") { plays.state.requests.count == 2 }
                try blocking("the upload") { server.sink.startedCount == 3 }
                let count = Flag()
                Task {
                    #expect(await server.server.drain(within: .milliseconds(50)) == 3)
                    count.set()
                }
                let rest = String(decoding: try streaming.readAll(), as: UTF8.self)
                #expect(rest.contains("proxy_shutting_down"))
                #expect(rest.hasSuffix("0\r\n\r\n"))
                let refusal = try waiting.response()
                #expect(refusal.status == 503)
                #expect(refusal.text.contains("proxy_shutting_down"))
                #expect(refusal["retry-after"] == "1")
                #expect(try uploading.response().status == 503)
                try blocking("the drain") { count.isSet }
            }
            try await clients
            #expect(plays.state.cancelled.sorted() == ["hold", "pause"])
            #expect(server.sink.records.count == 3)
        }
    }

    @Test func whatWasSentBehindAnAnswerUnderWayIsAnswered() async throws {
        try await TestServer.run { server in
            let (port, plays) = (server.port, server.plays)
            try await offPool {
                let client = try RawClient(port: port)
                try client.send(chat("pause", stream: true))
                // The stream's head has not said that the connection closes.
                _ = try client.read(until: PlayTransport.event)
                try client.send(health)
                let drained = Flag()
                Task {
                    await server.server.drain(within: .seconds(20))
                    drained.set()
                }
                try blocking("the drain") { (try? RawClient(port: port)) == nil }
                plays.gate.open()
                _ = try client.read(until: "0\r\n\r\n")
                let answer = try client.response()
                #expect(answer.status == 200)
                #expect(answer["connection"] == "close")
                #expect(try client.isClosedByPeer())
                try blocking("the drain's end") { drained.isSet }
            }
        }
    }

    @Test func interruptedExchangesAreCountedOverAllLoops() async throws {
        for _ in 0..<20 {
            try await TestServer.run(loops: 2) { server in
                let (port, plays) = (server.port, server.plays)
                try await offPool {
                    let clients = try (0..<8).map { _ in try RawClient(port: port) }
                    for client in clients { try client.send(chat("hold")) }
                    _ = try RawClient(port: port)
                    try blocking("the requests") { plays.state.requests.count == 8 }
                    let count = Flag()
                    Task {
                        #expect(await server.server.drain(within: .milliseconds(10)) == 8)
                        count.set()
                    }
                    try blocking("the drain") { count.isSet }
                }
            }
        }
    }

    @Test func aSecondDrainEndsTheFirst() async throws {
        try await TestServer.run { server in
            let (port, plays) = (server.port, server.plays)
            try await offPool {
                let client = try RawClient(port: port)
                try client.send(chat("hold"))
                try blocking("the request") { plays.state.requests.count == 1 }
                let (first, second) = (Flag(), Flag())
                Task {
                    await server.server.drain(within: .seconds(60))
                    first.set()
                }
                try blocking("the first drain") { (try? RawClient(port: port)) == nil }
                Task {
                    await server.server.drain(within: .zero)
                    second.set()
                }
                #expect(try client.response().status == 503)
                try blocking("both drains") { first.isSet && second.isSet }
            }
        }
    }

    @Test(arguments: [true, false])
    func aTaskThatIsCancelledKeepsTheLimit(isCancelledFirst: Bool) async throws {
        try await TestServer.run { server in
            let (port, plays) = (server.port, server.plays)
            try await offPool {
                let client = try RawClient(port: port)
                try client.send(chat("hold"))
                try blocking("the request") { plays.state.requests.count == 1 }
                let drained = Flag()
                let task = Task {
                    if isCancelledFirst { withUnsafeCurrentTask { $0?.cancel() } }
                    #expect(await server.server.drain(within: .milliseconds(300)) == 1)
                    drained.set()
                }
                try blocking("the drain") { (try? RawClient(port: port)) == nil }
                task.cancel()
                #expect(try !client.hasInput(within: 100))
                #expect(try client.response().status == 503)
                try blocking("the drain's end") { drained.isSet }
            }
        }
    }

    /// What has no exchange that could be interrupted is given up as well.
    @Test func whatCannotBeInterruptedIsAbandoned() async throws {
        let (ended, abandoned) = (Gate(), Flag())
        let drain = Drain(
            finish: { await Gate.first(ended, ended) }, interrupt: { 0 },
            abandon: {
                abandoned.set()
                ended.open()
            })
        let drained = Flag()
        Task {
            #expect(await drain.run(within: .zero) == 0)
            drained.set()
        }
        try await eventually("the drain") { drained.isSet }
        #expect(abandoned.isSet)
    }

    @Test func aClientOfAReplacedProcessHearsOfARestart() async throws {
        try await TestServer.run { server in
            let (port, plays) = (server.port, server.plays)
            try await offPool {
                let client = try RawClient(port: port)
                try client.send(chat("hold"))
                try blocking("the request") { plays.state.requests.count == 1 }
                Task {
                    await server.server.leaveListeners([])
                    _ = await server.server.drainAfterLeaving(within: .zero)
                }
                let answer = try client.response()
                #expect(answer.status == 503)
                #expect(answer.text.contains("The proxy was restarted before"))
            }
        }
    }

    @Test func aProcessorThatDoesNotReturnDoesNotHoldTheDrain() async throws {
        struct Stuck: Processor {
            let gate: Gate
            func process(
                _ request: inout ProxyRequest, context: ExchangeContext
            ) async throws -> Decision {
                await Gate.first(gate, gate)
                return .forward
            }
        }
        let gate = Gate()
        try await TestServer.run(processors: [Stuck(gate: gate)]) { server in
            let port = server.port
            try await offPool {
                let client = try RawClient(port: port)
                try client.send(chat("m"))
                try blocking("the request") { server.sink.startedCount == 1 }
                let drained = Flag()
                Task {
                    await server.server.drain(within: .zero)
                    drained.set()
                }
                #expect(try client.isClosedByPeer())
                try blocking("the drain") { drained.isSet }
            }
            gate.open()
            _ = try await server.records(1)
        }
    }
}

/// Is set once.
final class Flag: Sendable {
    private let gate = Gate()
    var isSet: Bool { gate.isOpen }
    func set() { gate.open() }
}
