import CSluiceLinux
import Foundation
import SluiceServer
import SluiceTestSupport
import SluiceTesting
import Testing

/// Connections come and go, and nothing of them stays.
struct DescriptorTests {
    /// Sockets of this process whose own end is at `port`: the listener's and its connections'.
    private func sockets(at port: Int) -> Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return names.count { Int32($0).map { Int(sluice_local_port($0)) } == port }
    }

    @Test func aThousandConnectionsInARowLeaveNone() async throws {
        try await TestServer.run { server in
            let port = server.port
            try await offPool {
                for number in 0..<1000 {
                    let client = try RawClient(port: port)
                    if number % 3 == 0 {
                        try client.send("garbage\r\n\r\n")
                        #expect(try client.response().status == 400)
                    } else {
                        try client.send(number % 3 == 1 ? health : chat("stream", stream: true))
                        if number % 2 == 0 {
                            #expect(try client.response().status == 200)
                        } else {
                            try client.reset()
                        }
                    }
                }
            }
            try await eventually("the closes") { server.connections == 0 }
            try await eventually("the descriptors") { sockets(at: port) == 1 }
        }
    }

    @Test func twoHundredConnectionsAtOnceLeaveNone() async throws {
        try await TestServer.run(loops: 2) { server in
            let (port, plays) = (server.port, server.plays)
            try await offPool {
                let clients = try (0..<200).map { _ in try RawClient(port: port) }
                for client in clients { try client.send(chat("pause", stream: true)) }
                for client in clients { _ = try client.read(until: PlayTransport.event) }
                #expect(server.connections == 200)
                #expect(sockets(at: port) == 201)
                for client in clients[..<100] { try client.reset() }
                plays.gate.open()
                for client in clients[100...] {
                    #expect(try client.read(until: "0\r\n\r\n").isEmpty == false)
                }
            }
            try await eventually("the closes") { server.connections == 0 }
            try await eventually("the descriptors") { sockets(at: port) == 1 }
            #expect(server.sink.records.count == 200)
            #expect(server.sink.startedCount == 200)
        }
    }
}
