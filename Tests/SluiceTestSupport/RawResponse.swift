/// One HTTP/1.1 response as it stood on the wire, its body freed of chunks.
public struct RawResponse: Sendable {
    /// The status code.
    public let status: Int
    /// The first line without its end.
    public let statusLine: String
    /// Names in lower case and values, in the order of the wire.
    public let headers: [(name: String, value: String)]
    /// The body without framing.
    public let body: [UInt8]
    /// The statuses of the 1xx responses before it.
    public let interim: [Int]

    /// The first value of the header `name`, given in lower case.
    public subscript(_ name: String) -> String? {
        headers.first { $0.name == name }?.value
    }

    /// The body as text.
    public var text: String { String(decoding: body, as: UTF8.self) }
}

extension RawClient {
    /// Reads one response: interim ones, head and body by Content-Length, by chunks or to the close.
    ///
    /// - Parameter head: whether it answers a HEAD request, and so has no body.
    /// - Throws: ``SocketError``; ``SocketError/closed(after:)`` if the body ends before its framing says.
    public func response(toHead head: Bool = false) throws -> RawResponse {
        var interim: [Int] = []
        while true {
            let (line, status, headers) = try readHead()
            if (100..<200).contains(status), status != 101 {
                interim.append(status)
                continue
            }
            let empty = head || status == 101 || status == 204 || status == 304
            return RawResponse(
                status: status, statusLine: line, headers: headers,
                body: empty ? [] : try readBody(headers), interim: interim)
        }
    }

    private func readHead() throws -> (String, Int, [(name: String, value: String)]) {
        let bytes = try read(until: "\r\n\r\n").dropLast(4)
        var lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n")[...]
        let line = String(lines.popFirst() ?? "")
        let parts = line.split(separator: " ", maxSplits: 2)
        guard parts.count >= 2, parts[0].hasPrefix("HTTP/1."), let status = Int(parts[1]) else {
            throw SocketError.malformed("status line: \(line)")
        }
        let headers = try lines.map { line in
            guard let colon = line.firstIndex(of: ":") else {
                throw SocketError.malformed("header line: \(line)")
            }
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            return (name: line[..<colon].lowercased(), value: String(value))
        }
        return (line, status, headers)
    }

    private func readBody(_ headers: [(name: String, value: String)]) throws -> [UInt8] {
        if headers.contains(where: { $0 == ("transfer-encoding", "chunked") }) {
            return try readChunks()
        }
        guard let length = headers.first(where: { $0.name == "content-length" })?.value else {
            return try readAll()
        }
        guard let count = Int(length) else { throw SocketError.malformed("length: \(length)") }
        return try read(count)
    }

    private func readChunks() throws -> [UInt8] {
        var body: [UInt8] = []
        while true {
            let line = String(decoding: try read(until: "\r\n").dropLast(2), as: UTF8.self)
            guard let size = Int(line.prefix { $0 != ";" }, radix: 16) else {
                throw SocketError.malformed("chunk size: \(line)")
            }
            guard size > 0 else { break }
            body += try read(size)
            guard try read(2) == [13, 10] else { throw SocketError.malformed("end of a chunk") }
        }
        // Trailers, up to the empty line.
        while try read(until: "\r\n").count > 2 {}
        return body
    }
}
