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
