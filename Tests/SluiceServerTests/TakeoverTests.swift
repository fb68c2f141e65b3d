import Foundation
import Logging
import SluiceLoop
import SluiceTestSupport
import SluiceTesting
import Testing

@testable import SluiceServer

/// One server takes over from another; here both are in one process.
struct TakeoverTests {
    private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private static let free = ListenAddress.tcp(host: "127.0.0.1", port: 0)

    private func path() -> String {
        "/tmp/sluice-test-\(UUID().uuidString.prefix(8)).sock"
    }

    private func isThere(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: path)
    }

    /// Lets others take over from `server` at `path`.
    private func gate(
        _ server: TestServer, at path: String, onReady: @escaping @Sendable (Set<Int>) -> Void
    ) async throws -> TakeoverGate {
        await TakeoverGate.open(
            try Listener(gate: path), for: server.server, on: server.loops[0], logger: Self.quiet
        ) { onReady($0.taken) }
    }

    /// Off the pool: it waits for its answers on the thread that calls it.
    private func findPredecessor(at path: String) async throws -> Predecessor? {
        try await offPool { Carried(try Predecessor(at: path)) }.value
    }

    private func isServed(_ client: RawClient) throws -> Bool {
        try client.send(health)
        return try client.response().status == 200
    }

    private func expectService(_ clients: RawClient...) throws {
        for client in clients { try #require(try isServed(client)) }
    }

    private func expectClose(_ clients: [RawClient]) throws {
        for client in clients { try #require(try client.isClosedByPeer()) }
    }

    @Test func theSecondServesAndTheFirstDrains() async throws {
        let (gatePath, unix) = (path(), path())
        let addresses = [Self.free, .unix(path: unix)]
        try await TestServer.run(addresses: addresses, loops: 2) { first in
            let ready = Flag()
            let gate = try await gate(first, at: gatePath) { taken in
                #expect(taken == [0, 1])
                ready.set()
            }
            let predecessor = try #require(try await findPredecessor(at: gatePath))
            #expect(predecessor.process == getpid())
            try await TestServer.run(
                addresses: addresses.reversed(), inheriting: predecessor.listeners
            ) { second in
                #expect(second.server.addresses == first.server.addresses.reversed())
                let port = first.port
                let carried = Carried(predecessor)
                async let relieved = offPool { carried.value.relieve(serving: second.server) }
                try await eventually("the word") { ready.isSet }
                await first.server.leaveListeners([0, 1])
                await gate.handOver()
                #expect(try await relieved)
                #expect(await first.server.drainAfterLeaving(within: .seconds(10)) == 0)
                #expect(isThere(unix) && isThere(gatePath))
                try await offPool {
                    try expectService(RawClient(port: port))
                    try expectService(RawClient(unix: unix))
                }
                #expect(first.connections == 0)
            }
            #expect(!isThere(unix))
        }
        try? FileManager.default.removeItem(atPath: gatePath)
    }

    @Test func whoeverEndsBeforeItServesChangesNothing() async throws {
        let (gatePath, unix) = (path(), path())
        try await TestServer.run(addresses: [.unix(path: unix)]) { first in
            let gate = try await gate(first, at: gatePath) { _ in Issue.record("nobody is ready") }
            for _ in 0..<3 {
                let predecessor = try #require(try await findPredecessor(at: gatePath))
                let listeners = try predecessor.listeners.listeners(for: [.unix(path: unix)])
                for listener in listeners { listener.close() }
            }
            try await offPool { try expectService(RawClient(unix: unix)) }
            await gate.close()
            #expect(!isThere(gatePath))
        }
        #expect(!isThere(unix))
    }

    @Test func whatEndsWhileSomebodyTakesOverLeavesItsFiles() async throws {
        let (gatePath, unix) = (path(), path())
        let addresses = [ListenAddress.unix(path: unix)]
        var held: Predecessor?
        try await TestServer.run(addresses: addresses) { first in
            let gate = try await gate(first, at: gatePath) { _ in }
            held = try await findPredecessor(at: gatePath)
            await gate.close()
        }
        let predecessor = try #require(held)
        try await TestServer.run(addresses: addresses, inheriting: predecessor.listeners) {
            second in
            #expect(!predecessor.relieve(serving: second.server))
            try await offPool { try expectService(RawClient(unix: unix)) }
        }
        #expect(!isThere(unix))
        predecessor.gate.close()
        #expect(!isThere(gatePath))
    }

    @Test func nobodyAtThePathIsNoPredecessor() async throws {
        let path = path()
        #expect(try await findPredecessor(at: path) == nil)
        // What a process that was killed left.
        let killed = try Listener(gate: path)
        killed.disown()
        killed.close()
        #expect(isThere(path))
        #expect(try await findPredecessor(at: path) == nil)
        try Listener(gate: path).close()
        #expect(!isThere(path))
    }

    @Test func connectionsThatWaitToBeAcceptedAreServed() async throws {
        try await TestServer.run { server in
            let (port, loop) = (server.port, server.loops[0])
            let (busy, enough) = (Flag(), DispatchSemaphore(value: 0))
            let blocked = Task {
                await loop.run { _ in
                    busy.set()
                    enough.wait()
                }
            }
            try await eventually("the loop's being busy") { busy.isSet }
            let clients = try await offPool {
                let clients = try (0..<20).map { _ in try RawClient(port: port) }
                for client in clients[..<10] { try client.send(health) }
                return Carried(clients)
            }
            let left = Task {
                await server.server.leaveListeners([])
                return await server.server.drainAfterLeaving(within: .seconds(10))
            }
            try await Task.sleep(for: .milliseconds(20))
            enough.signal()
            await blocked.value
            try await offPool {
                for client in clients.value[..<10] { #expect(try client.response().status == 200) }
                for client in clients.value[10...] { try expectService(client) }
                try expectClose(clients.value)
            }
            #expect(await left.value == 0)
        }
    }

    @Test func aConnectionThatStaysIdleIsNotWaitedForLong() async throws {
        var settings = ServerSettings()
        settings.lastRequestTimeout = .milliseconds(50)
        settings.headerTimeout = .milliseconds(100)
        try await TestServer.run(settings) { server in
            let port = server.port
            let clients = try await offPool {
                let idle = try RawClient(port: port)
                #expect(try isServed(idle))
                return Carried([idle, try RawClient(port: port)])
            }
            try await eventually("the connections") { server.connections == 2 }
            await server.server.leaveListeners([])
            #expect(await server.server.drainAfterLeaving(within: .seconds(10)) == 0)
            try await offPool {
                try expectClose([clients.value[0]])
                // As it would be told at any other time.
                #expect(try clients.value[1].response().status == 408)
            }
        }
    }

    @Test func aRequestAfterTheHandoverIsTheLast() async throws {
        try await TestServer.run { server in
            let port = server.port
            let clients = try await offPool {
                let idle = try RawClient(port: port)
                #expect(try isServed(idle))
                return Carried([idle, try RawClient(port: port)])
            }
            try await eventually("the connections") { server.connections == 2 }
            await server.server.leaveListeners([])
            let drained = Task { await server.server.drainAfterLeaving(within: .seconds(10)) }
            try await offPool {
                for client in clients.value {
                    var answer: RawResponse
                    repeat {
                        // The drain may have to begin yet.
                        try client.send(health)
                        answer = try client.response()
                        try #require(answer.status == 200)
                    } while answer["connection"] != "close"
                    try expectClose([client])
                }
            }
            #expect(await drained.value == 0)
        }
    }

    @Test func aNewAddressIsOpenedAndAFailureLeavesTheOld() async throws {
        let gatePath = path()
        try await TestServer.run { first in
            let gate = try await gate(first, at: gatePath) { _ in }
            let predecessor = try #require(try await findPredecessor(at: gatePath))
            let (old, port) = (first.server.addresses[0], first.port)
            let listeners = try predecessor.listeners.listeners(for: [old, Self.free])
            #expect(listeners[0].address == old)
            #expect(listeners[1].address != old)
            #expect(throws: CannotListen.self) {
                try predecessor.listeners.listeners(for: [Self.free, old])
            }
            for listener in listeners { listener.close() }
            try await offPool { try expectService(RawClient(port: port)) }
            await gate.close()
        }
    }
}
