import SluiceCore
import SluiceTestSupport
import SluiceTesting
import Testing

@testable import SluiceServer

/// The beginning of connections with TLS.
@Suite(.enabled(if: CertificateFolder.isPossible, "needs openssl"))
struct HandshakeTests {
    let folder: CertificateFolder

    init() throws {
        folder = try CertificateFolder()
        try folder.make("server", for: "DNS:localhost")
    }

    @Test(arguments: ["1.2", "1.3"])
    func bothVersionsAreServed(version: String) async throws {
        try await TestServer.run(try folder.settings("server"), addresses: securely) { server in
            let (port, folder) = (server.port, folder)
            try await offPool {
                let client = try folder.connect(port) { $0.version = version }
                for _ in 0..<3 {
                    try client.send(chat("m"))
                    #expect(try client.response().status == 200)
                }
                #expect(client.tls?.version == "TLSv\(version)")
            }
            let records = try await server.records(3)
            #expect(records.allSatisfy { $0.tls?.version == version && $0.tls?.subject == nil })
            let counts = server.server.handshakes
            #expect(counts.completed12 + counts.completed13 == 1)
            #expect((version == "1.2" ? counts.completed12 : counts.completed13) == 1)
        }
    }

    @Test func aLowerVersionThanTheLowestIsRefused() async throws {
        let settings = try folder.settings("server") { $1.minimum = .v13 }
        try await TestServer.run(settings, addresses: securely) { server in
            let (port, folder) = (server.port, folder)
            _ = try await offPool {
                #expect(throws: SocketError.malformed("TLS: tlsv1 alert protocol version")) {
                    try folder.connect(port) { $0.version = "1.2" }
                }
            }
            try await eventually("the count") { server.server.handshakes.failed == 1 }
        }
    }

    @Test func theNameChoosesTheCertificate() async throws {
        try folder.make("rsa", for: "DNS:localhost", key: .rsa)
        try folder.make("wild", for: "DNS:*.wild.example")
        let settings = try folder.settings("server", "rsa", "wild")
        try await TestServer.run(settings, addresses: securely) { server in
            let (port, folder) = (server.port, folder)
            try await offPool {
                #expect(try folder.connect(port).tls?.serverName == "server")
                let wild = try folder.connect(port, "a.wild.example")
                #expect(wild.tls?.serverName == "wild")
                #expect(try folder.connect(port, nil).tls?.serverName == "server")
                let other = try folder.connect(port, "other.example") { $0.authority = nil }
                #expect(other.tls?.serverName == "server")
                let old = try folder.connect(port) { $0.algorithms = "RSA-PSS+SHA256" }
                #expect(old.tls?.serverKey == "RSA")
                #expect(try folder.connect(port).tls?.serverKey == "ECDSA")
            }
        }
    }

    @Test func theProtocolIsAgreedOn() async throws {
        try await TestServer.run(try folder.settings("server"), addresses: securely) { server in
            let (port, folder) = (server.port, folder)
            try await offPool {
                let both = try folder.connect(port) { $0.protocols = ["h2", "http/1.1"] }
                #expect(both.tls?.agreedProtocol == "http/1.1")
                #expect(try folder.connect(port).tls?.agreedProtocol == "")
                #expect(throws: SocketError.malformed("TLS: tlsv1 alert no application protocol")) {
                    try folder.connect(port) { $0.protocols = ["h2"] }
                }
            }
        }
    }

    @Test(arguments: ["1.2", "1.3"])
    func sessionsAreResumedByAllLoopsUntilTheirKeyIsForgotten(version: String) async throws {
        let keys = try TicketKeys()
        let settings = try folder.settings("server")
        try await TestServer.run(settings, addresses: securely, loops: 2) { server in
            let (port, folder) = (server.port, folder)
            // In place of the server's own, to turn them by hand.
            settings.tls?.use(keys)
            @Sendable func resumes(_ ticket: TLSTicket?) throws -> (Bool, TLSTicket?) {
                let client = try folder.connect(port) { wishes in
                    (wishes.version, wishes.session) = (version, ticket)
                }
                try client.send(health)
                #expect(try client.response().status == 200)
                return (client.tls?.isResumed == true, client.tls?.ticket)
            }
            try await offPool {
                let (first, ticket) = try resumes(nil)
                #expect(!first)
                for _ in 0..<4 { #expect(try resumes(ticket).0) }
                keys.rotate()
                let (isResumed, next) = try resumes(ticket)
                #expect(isResumed)
                keys.rotate()
                #expect(try resumes(next).0, "a session is sealed anew by the new key")
                #expect(try !resumes(ticket).0)
            }
            let counts = server.server.handshakes
            #expect((version == "1.2" ? counts.resumed12 : counts.resumed13) == 6)
        }
    }

    @Test func clientsShowCertificates() async throws {
        try folder.make("blue", for: "DNS:blue")
        let settings = try folder.settings("server") { [folder] in
            $1.clientAuthorityFile = folder.authority
        }
        try await TestServer.run(settings, addresses: securely) { server in
            let (port, folder) = (server.port, folder)
            try await offPool {
                let client = try folder.connect(port) {
                    $0.certificate = (folder.file("blue"), folder.key("blue"))
                }
                try client.send(health)
                #expect(try client.response().status == 200)
                #expect(throws: SocketError.self) {
                    // In TLS 1.3 the client hears of it when it reads.
                    let other = try folder.connect(port)
                    try other.send(health)
                    _ = try other.response()
                }
                let stranger = try CertificateFolder()
                try stranger.make("red", for: "DNS:red")
                #expect(throws: SocketError.self) {
                    let other = try folder.connect(port) {
                        $0.certificate = (stranger.file("red"), stranger.key("red"))
                    }
                    try other.send(health)
                    _ = try other.response()
                }
            }
            #expect(try await server.records(1).map(\.tls?.subject) == ["CN=blue"])
            try await eventually("the counts") { server.server.handshakes.failed == 2 }
        }
    }

    @Test func clientsMayShowCertificates() async throws {
        let settings = try folder.settings("server") { [folder] in
            ($1.clientAuthorityFile, $1.clientCertificates) = (folder.authority, .optional)
        }
        try await TestServer.run(settings, addresses: securely) { server in
            let (port, folder) = (server.port, folder)
            try await offPool {
                let client = try folder.connect(port)
                try client.send(health)
                #expect(try client.response().status == 200)
            }
            #expect(try await server.records(1).map(\.tls?.subject) == [nil])
        }
    }

    @Test func aSessionOfOtherAuthoritiesIsNotResumed() async throws {
        let open = try folder.settings("server")
        let closed = try folder.settings("server") { [folder] in
            $1.clientAuthorityFile = folder.authority
        }
        try await TestServer.run(open, addresses: securely) { server in
            let (port, folder) = (server.port, folder)
            let ticket = try await offPool {
                let client = try folder.connect(port)
                try client.send(health)
                _ = try client.response()
                return client.tls?.ticket
            }
            await server.replaceSettings(closed)
            _ = try await offPool {
                #expect(throws: SocketError.self) {
                    let client = try folder.connect(port) { $0.session = ticket }
                    try client.send(health)
                    _ = try client.response()
                }
            }
        }
    }

    /// A session says that its client was verified, which holds no longer than the certificate.
    @Test(arguments: ["1.2", "1.3"])
    func aSessionWhoseCertificateHasEndedIsNotResumed(version: String) async throws {
        try folder.make("brief", for: "DNS:brief")
        try folder.end("brief", inSeconds: 2)
        let settings = try folder.settings("server") { [folder] in
            $1.clientAuthorityFile = folder.authority
        }
        try await TestServer.run(settings, addresses: securely) { server in
            let (port, folder) = (server.port, folder)
            @Sendable func ask(_ ticket: TLSTicket?) throws -> TLSTicket? {
                let client = try folder.connect(port) {
                    ($0.version, $0.session) = (version, ticket)
                    $0.certificate = (folder.file("brief"), folder.key("brief"))
                }
                try client.send(health)
                #expect(try client.response().status == 200)
                return client.tls?.ticket
            }
            let ticket = try await offPool { try ask(nil) }
            let end = ContinuousClock.now + .seconds(3)
            try await eventually("the certificate's end") { ContinuousClock.now > end }
            _ = try await offPool {
                #expect(throws: SocketError.self) { try ask(ticket) }
            }
            try await eventually("the count") { server.server.handshakes.failed == 1 }
            #expect(server.server.handshakes.resumed13 + server.server.handshakes.resumed12 == 0)
        }
    }

    @Test func newHandshakesGetNewCertificatesAndOpenConnectionsLive() async throws {
        try folder.make("next", for: "DNS:localhost")
        let next = try folder.settings("next")
        try await TestServer.run(try folder.settings("server"), addresses: securely) { server in
            let (port, folder) = (server.port, folder)
            try await offPool {
                let client = try folder.connect(port)
                Task { await server.replaceSettings(next) }
                try blocking("the next certificate") {
                    (try? folder.connect(port).tls?.serverName) == "next"
                }
                try client.send(health)
                #expect(try client.response().status == 200)
                #expect(client.tls?.serverName == "server")
            }
        }
    }

    @Test func withoutACertificateNothingListens() async throws {
        let error = await #expect(throws: CannotListen.self) {
            try await TestServer.run(addresses: securely) { _ in }
        }
        #expect(error?.description.hasSuffix(": there is no certificate") == true)
    }
}
