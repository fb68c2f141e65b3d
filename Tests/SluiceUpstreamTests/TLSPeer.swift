import CSluiceLinux
import Foundation
import Synchronization

/// A server with TLS in a Python process, with a certificate for 127.0.0.1 of an authority made for it.
///
/// It answers each request with its body; `/stream` with a piece a line of standard input; and `/cut` by a close in mid-body without TLS's own
/// farewell, `/end` by a close with it.
final class TLSPeer: Sendable {
    let port: Int
    /// In PEM form.
    let authority: [UInt8]
    private let folder: String
    private let process: Mutex<Process>
    private let input = Pipe()

    static let isPossible =
        FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")
        && FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")

    /// Starts it on a thread that may block; nil when that fails.
    static func start() async -> TLSPeer? {
        let started = Noted<TLSPeer?>()
        Thread.detachNewThread { started.set(try? TLSPeer()) }
        return await started.value() ?? nil
    }

    private init() throws {
        folder = NSTemporaryDirectory() + "tls-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Self.run("/bin/sh", ["-c", Self.makeCertificates], in: folder)
        authority = Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/authority.pem")))
        let server = Process()
        server.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        server.arguments = ["-c", Self.server, folder]
        server.standardInput = input
        let output = Pipe()
        server.standardOutput = output
        try server.run()
        var line = ""
        while !line.hasSuffix("\n") {
            let byte = output.fileHandleForReading.readData(ofLength: 1)
            if byte.isEmpty { throw PeerConnection.Gone() }
            line += String(decoding: byte, as: UTF8.self)
        }
        port = Int(line.dropLast()) ?? 0
        process = Mutex(server)
    }

    /// Lets the next piece of a stream go.
    func release() {
        input.fileHandleForWriting.write(Data("go\n".utf8))
    }

    /// Takes its certificates away, which it has read.
    func removeFiles() {
        try? FileManager.default.removeItem(atPath: folder)
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.withLock { $0.waitUntilExit() }
        try? FileManager.default.removeItem(atPath: folder)
    }

    private static func run(_ program: String, _ arguments: [String], in folder: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw PeerConnection.Gone() }
    }

    private static let makeCertificates = """
        set -e
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
            -subj /CN=authority -keyout authority.key -out authority.pem
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
            -subj /CN=127.0.0.1 -keyout server.key -out server.csr
        echo subjectAltName=IP:127.0.0.1 > names
        openssl x509 -req -in server.csr -CA authority.pem -CAkey authority.key -CAcreateserial \
            -days 2 -extfile names -out server.pem
        """

    private static let server = #"""
        import os, socket, ssl, sys, threading
        folder = sys.argv[1]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder + "/server.pem", folder + "/server.key")
        context.set_alpn_protocols(["http/1.1"])
        listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        print(listener.getsockname()[1], flush=True)
        turn = threading.Semaphore(0)

        def feed():
            for _ in sys.stdin: turn.release()
            os._exit(0)

        def serve(plain):
            try:
                with context.wrap_socket(plain, server_side=True) as s: talk(s)
            except OSError: pass

        def talk(s):
            data = b""
            while True:
                while b"\r\n\r\n" not in data:
                    more = s.recv(65536)
                    if not more: return
                    data += more
                head, data = data.split(b"\r\n\r\n", 1)
                length = 0
                for line in head.split(b"\r\n"):
                    if line.startswith(b"content-length: "): length = int(line[16:])
                while len(data) < length: data += s.recv(65536)
                body, data = data[:length], data[length:]
                if b" /cut " in head:
                    s.sendall(b"HTTP/1.1 200 OK\r\n\r\nhalf")
                    socket.socket(fileno=os.dup(s.fileno())).shutdown(socket.SHUT_WR)
                    turn.acquire()
                    return
                if b" /end " in head:
                    s.sendall(b"HTTP/1.1 200 OK\r\n\r\nwhole")
                    s.unwrap()
                    return
                if b" /stream " in head:
                    s.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n")
                    for piece in (b"a", b"b", b"c", b"d"):
                        turn.acquire()
                        s.sendall(piece)
                    continue
                s.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body) + body)

        threading.Thread(target=feed, daemon=True).start()
        while True:
            plain, _ = listener.accept()
            threading.Thread(target=serve, args=(plain,), daemon=True).start()
        """#
}
