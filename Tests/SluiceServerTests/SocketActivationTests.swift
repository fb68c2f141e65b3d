import Glibc
import SluiceTestSupport
import Testing

@testable import SluiceServer

/// Sockets of a service manager, and what `listen` says of them.
struct SocketActivationTests {
    private func socket(_ address: ListenAddress) -> Listener {
        Listener(inherited: -1, wanted: address, address: address)
    }

    private func addresses(
        _ sockets: [ListenAddress], by texts: [String]
    ) throws -> [String] {
        let wanted = try texts.map { try ListenAddress($0) }
        return try SocketActivation.assign(sockets.map(socket), by: wanted).map {
            $0.address.description
        }
    }

    private let one = ListenAddress.tcp(host: "127.0.0.1", port: 1)
    private let all = ListenAddress.tcp(host: "0.0.0.0", port: 2)
    private let local = ListenAddress.unix(path: "/s")

    @Test func withoutTLSSocketsNeedNotBeListed() throws {
        #expect(try addresses([one, local], by: ["127.0.0.1:9"]) == ["127.0.0.1:1", "unix:/s"])
    }

    @Test func theListSaysWhichHaveTLS() throws {
        let texts = ["tls:0.0.0.0:2", "127.0.0.1:1", "unix:/s"]
        #expect(
            try addresses([one, all, local], by: texts)
                == ["127.0.0.1:1", "tls:0.0.0.0:2", "unix:/s"])
    }

    @Test(arguments: ["tls:127.0.0.1:2", "tls:0.0.0.0:3", "tls:[::]:2", "tls:localhost:2"])
    func whatIsNotListedIsNotServedPlainly(other: String) {
        let error = #expect(throws: UnlistedSocket.self) { try addresses([all], by: [other]) }
        #expect(
            error?.description
                == "the socket 0.0.0.0:2 of LISTEN_FDS is not in 'listen', which has addresses with TLS; add it as \"tls:0.0.0.0:2\" or \"0.0.0.0:2\""
        )
        #expect(throws: UnlistedSocket.self) { try addresses([local], by: [other]) }
    }

    @Test(.enabled(if: CertificateFolder.isPossible, "needs openssl"))
    func anInheritedSocketServesTLS() async throws {
        let folder = try CertificateFolder()
        try folder.make("server", for: "DNS:localhost")
        let opened = try Listener(.tcp(host: "127.0.0.1", port: 0))
        let sockets = try SocketActivation.assign(
            [opened], by: [try ListenAddress("tls:\(opened.address)")])
        try await TestServer.run(
            try folder.settings("server"), inheriting: InheritedListeners(activated: sockets)
        ) { server in
            let port = server.port
            try await offPool {
                let client = try folder.connect(port)
                try client.send(health)
                #expect(try client.response().status == 200)
            }
        }
    }
}
