internal import CSluiceLinux
internal import CSluiceOpenSSL
internal import Glibc

/// Asks a proxy for its health over a blocking socket.
public enum HealthProbe {
    private static let seconds = 5

    /// - Returns: the status that `GET /healthz` brought.
    /// - Throws: ``NoAnswer``.
    public static func ask(_ address: ListenAddress) throws(NoAnswer) -> Int {
        let descriptor = connect(address)
        guard descriptor >= 0 else { throw .last() }
        defer { close(descriptor) }
        let request = "GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
        var answer = [UInt8](repeating: 0, count: 64)
        let count =
            address.hasTLS
            ? try askSecurely(descriptor, request, &answer)
            : ask(descriptor, Array(request.utf8), &answer)
        guard count >= 0 else { throw .last() }
        // "HTTP/1.1 200": the status stands at a fixed place.
        guard count >= 12, let status = Int(String(decoding: answer[9..<12], as: UTF8.self)) else {
            throw NoAnswer(reason: count == 0 ? "it closed the connection" : "it speaks no HTTP")
        }
        return status
    }

    private static func ask(
        _ descriptor: Int32, _ request: [UInt8], _ answer: inout [UInt8]
    ) -> Int {
        guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count
        else { return -1 }
        return recv(descriptor, &answer, answer.count, 0)
    }

    private static func askSecurely(
        _ descriptor: Int32, _ request: String, _ answer: inout [UInt8]
    ) throws(NoAnswer) -> Int {
        let count = sluice_tls_ask(descriptor, request, &answer, Int32(answer.count))
        if count <= 0, let reason = sluice_tls_reason() {
            throw NoAnswer(reason: "TLS failed: \(String(cString: reason))")
        }
        return Int(count)
    }

    private static func connect(_ address: ListenAddress) -> Int32 {
        switch address {
        case .unix(let path): sluice_connect_unix(path, Int32(seconds))
        case .tcp(let host, let port), .tls(let host, let port):
            sluice_connect_tcp(host, Int32(port), Int32(seconds))
        }
    }

    /// Why there is no status.
    public struct NoAnswer: Error, CustomStringConvertible {
        /// A sentence for people, without its full stop.
        public let reason: String
        public var description: String { reason }

        static func last() -> NoAnswer {
            let code = sluice_errno()
            switch code {
            case EAGAIN, EINPROGRESS:
                return NoAnswer(reason: "nothing came within \(seconds) seconds")
            case 0: return NoAnswer(reason: "it closed the connection")
            default: return NoAnswer(reason: String(cString: strerror(code)))
            }
        }
    }
}
