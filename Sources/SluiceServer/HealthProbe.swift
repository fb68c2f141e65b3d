internal import CSluiceLinux
internal import CSluiceOpenSSL
internal import Glibc

/// Asks a proxy for its health over a blocking socket.
public enum HealthProbe {
    private static let seconds = 5

    /// - Returns: the status that `GET /healthz` brought; nil when there was no answer.
    public static func ask(_ address: ListenAddress) -> Int? {
        let descriptor = connect(address)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let request = "GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
        var answer = [UInt8](repeating: 0, count: 64)
        let count =
            address.hasTLS
            ? Int(sluice_tls_ask(descriptor, request, &answer, Int32(answer.count)))
            : ask(descriptor, Array(request.utf8), &answer)
        // "HTTP/1.1 200": the status stands at a fixed place.
        guard count >= 12 else { return nil }
        return Int(String(decoding: answer[9..<12], as: UTF8.self))
    }

    private static func ask(
        _ descriptor: Int32, _ request: [UInt8], _ answer: inout [UInt8]
    ) -> Int {
        guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count
        else { return -1 }
        return recv(descriptor, &answer, answer.count, 0)
    }

    private static func connect(_ address: ListenAddress) -> Int32 {
        switch address {
        case .unix(let path): sluice_connect_unix(path, Int32(seconds))
        case .tcp(let host, let port), .tls(let host, let port):
            sluice_connect_tcp(host, Int32(port), Int32(seconds))
        }
    }
}
