import CSluiceLinux
import Foundation
import Glibc
import SluiceCore
import SluiceServer
import SluiceTestSupport
import SluiceTesting
import Testing

struct ListenTests {
    private func path() -> String {
        "/tmp/sluice-test-\(UUID().uuidString.prefix(8)).sock"
    }

    @Test func aUnixSocketServesAndIsRemoved() async throws {
        let path = path()
        try await TestServer.run(addresses: [.unix(path: path)]) { server in
            try await offPool {
                let client = try RawClient(unix: path)
                try client.send(chat("m"))
                #expect(try client.response().status == 200)
            }
            let records = try await server.records(1)
            #expect(records[0].client == "unix")
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func aStaleSocketFileIsReplaced() async throws {
        let path = path()
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(bound == 0)
        close(descriptor)
        #expect(FileManager.default.fileExists(atPath: path))
        try await TestServer.run(addresses: [.unix(path: path)]) { _ in
            try await offPool {
                let client = try RawClient(unix: path)
                try client.send(health)
                #expect(try client.response().status == 200)
            }
        }
    }

    @Test func aLiveSocketIsNotTakenOver() async throws {
        let path = path()
        try await TestServer.run(addresses: [.unix(path: path)]) { _ in
            await #expect(throws: CannotListen.self) {
                try await TestServer.run(addresses: [.unix(path: path)]) { _ in }
            }
            try await offPool {
                let client = try RawClient(unix: path)
                try client.send(health)
                #expect(try client.response().status == 200)
            }
        }
    }

    @Test func aFileThatIsNoSocketIsLeftAlone() async throws {
        let path = path()
        try Data("precious".utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let error = await #expect(throws: CannotListen.self) {
            try await TestServer.run(addresses: [.unix(path: path)]) { _ in }
        }
        #expect(error?.reason == "there is a file that is no socket")
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
    }

    @Test func aTakenPortIsNamed() async throws {
        try await TestServer.run { server in
            let taken = server.server.addresses[0]
            let error = await #expect(throws: CannotListen.self) {
                try await TestServer.run(
                    addresses: [.tcp(host: "127.0.0.1", port: 0), taken]
                ) { _ in }
            }
            #expect(error?.address == taken)
            #expect(error?.description.contains("\(taken)") == true)
        }
    }

    @Test func severalAddressesAreServed() async throws {
        let path = path()
        try await TestServer.run(
            addresses: [
                .tcp(host: "127.0.0.1", port: 0), .tcp(host: "localhost", port: 0),
                .unix(path: path),
            ], loops: 2
        ) { server in
            let port = server.port
            try await offPool {
                for client in [try RawClient(port: port), try RawClient(unix: path)] {
                    try client.send(health)
                    #expect(try client.response().status == 200)
                }
            }
        }
    }

    @Test(arguments: [
        ("127.0.0.1:80", "127.0.0.1:80"), (":80", "[::]:80"), ("[::1]:0", "[::1]:0"),
        ("localhost:65535", "localhost:65535"), ("unix:/a.sock", "unix:/a.sock"),
        ("tls:0.0.0.0:443", "tls:0.0.0.0:443"), ("tls::443", "tls:[::]:443"),
        ("tls:[::1]:1", "tls:[::1]:1"),
    ])
    func anAddressIsRead(text: String, description: String) throws {
        #expect(try ListenAddress(text).description == description)
    }

    @Test(arguments: [
        ("https://0.0.0.0:8443", "tls:0.0.0.0:8443"), ("HTTPS://a/", "tls:host:port"),
        ("http://127.0.0.1:8080/", "127.0.0.1:8080"), ("TLS:0.0.0.0:443", "tls:0.0.0.0:443"),
        ("Tls::443", "tls::443"), ("UNIX:/a", "unix:/a"),
    ])
    func whatIsNearlyAnAddressIsToldItsForm(text: String, form: String) {
        let error = #expect(throws: InvalidAddress.self) { try ListenAddress(text) }
        #expect(error?.reason.hasSuffix("write \"\(form)\"") == true)
    }

    @Test(arguments: [
        "", "80", "a:", "a:x", "a:65536", "a:-1", "a:+80", "unix:", "unix:a.sock", "tls:", "tls:80",
        "tls:unix:/a.sock",
        "unix:/" + String(repeating: "x", count: 107),
    ])
    func whatIsNoAddressIsRefused(text: String) {
        #expect(throws: InvalidAddress.self) { try ListenAddress(text) }
    }
}
