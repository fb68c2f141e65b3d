internal import CSluiceOpenSSL
import Foundation

/// Certificates that live as long as one test, made by `openssl`.
public final class CertificateFolder: Sendable {
    public let path: String

    public static let isPossible = FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")

    /// Makes an authority, whose certificate is ``authority``.
    public init() throws {
        path = NSTemporaryDirectory() + "certificates-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try run("req -x509 -days 2 -subj /CN=authority", key: .ecdsa, name: "authority", "-out")
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    public enum Key: String, Sendable {
        case ecdsa = "ec -pkeyopt ec_paramgen_curve:prime256v1"
        case rsa = "rsa:2048"
        /// A handshake takes milliseconds.
        case large = "rsa:4096"
    }

    public var authority: String { file("authority") }
    public func file(_ name: String) -> String { path + "/\(name).pem" }
    public func key(_ name: String) -> String { path + "/\(name).key" }

    /// Makes a certificate of the authority and its key.
    ///
    /// - Parameters:
    ///   - name: of the files, and the common name.
    ///   - names: `DNS:a.example,IP:127.0.0.1`.
    ///   - days: from now; negative for one that has expired.
    public func make(_ name: String, for names: String, key: Key = .ecdsa, days: Int = 2) throws {
        try run("req -subj /CN=\(name)", key: key, name: name, "-out", suffix: "csr")
        try Data("subjectAltName=\(names)\n".utf8).write(to: URL(fileURLWithPath: path + "/names"))
        try openssl(
            "x509 -req -in \(name).csr -CA authority.pem -CAkey authority.key -CAcreateserial "
                + "-days \(days) -extfile names -out \(name).pem")
    }

    /// Has a certificate of this folder end in so many seconds.
    public func end(_ name: String, inSeconds seconds: Int) throws {
        guard let (certificate, key) = try Self.read(file(name), self.key("authority")),
            X509_gmtime_adj(X509_getm_notAfter(certificate), seconds) != nil,
            X509_sign(certificate, key, EVP_sha256()) > 0, let out = fopen(file(name), "w")
        else { throw SocketError.malformed("openssl: \(name)") }
        defer {
            fclose(out)
            X509_free(certificate)
            EVP_PKEY_free(key)
        }
        PEM_write_X509(out, certificate)
    }

    private static func read(
        _ file: String, _ keyFile: String
    ) throws -> (OpaquePointer, OpaquePointer)? {
        guard let certificate = fopen(file, "r"), let key = fopen(keyFile, "r") else { return nil }
        defer {
            fclose(certificate)
            fclose(key)
        }
        guard let read = PEM_read_X509(certificate, nil, nil, nil),
            let readKey = PEM_read_PrivateKey(key, nil, nil, nil)
        else { return nil }
        return (read, readKey)
    }

    private func run(
        _ command: String, key: Key, name: String, _ out: String, suffix: String = "pem"
    ) throws {
        try openssl(
            "\(command) -newkey \(key.rawValue) -nodes -keyout \(name).key \(out) \(name).\(suffix)"
        )
    }

    /// Runs `openssl` in the folder.
    public func openssl(_ arguments: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = arguments.split(separator: " ").map(String.init)
        process.currentDirectoryURL = URL(fileURLWithPath: path)
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw SocketError.malformed("openssl \(arguments)")
        }
    }
}
