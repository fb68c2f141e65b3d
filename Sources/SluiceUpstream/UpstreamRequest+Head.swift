internal import SluiceCore
internal import SluiceWire

extension UpstreamRequest {
    /// How the body's end is told to the upstream.
    enum Framing: Equatable {
        case none
        case length(UInt64)
        case chunked
    }

    func framing(hasRest: Bool) -> Framing {
        switch body {
        case .none:
            // Some servers want a length where a method usually has a body (RFC 9110 section 8.6).
            return method == .post || method == .put || method == .patch ? .length(0) : .none
        case .json, .bytes:
            return .length(UInt64(body.count))
        case .stream(let prefix):
            guard hasRest else { return .length(UInt64(prefix.bytes.count)) }
            return prefix.totalLength.map { .length($0) } ?? .chunked
        }
    }

    // Spelled once; a literal's bytes are copied one by one.
    private static let identityLine = Array("accept-encoding: identity\r\n".utf8)
    private static let lengthName = Array("content-length: ".utf8)

    /// Appends the request's head with the empty line. Our own fields win over the client's of the same name.
    func writeHead(hostLine: [UInt8], framing: Framing, into out: inout [UInt8]) {
        MessageWriter.requestLine(method: method, target: target, into: &out)
        out.append(contentsOf: hostLine)
        headers.writeFields(into: &out)
        if let forwarded {
            forwarded.fields.writeFields(
                allowedBy: forwarded.policy, unlessIn: headers, into: &out)
        }
        if !headers.contains(.acceptEncoding) {
            // Events are read on the way, which compression would hide.
            out.append(contentsOf: Self.identityLine)
        }
        switch framing {
        case .none: break
        case .length(let length):
            out.append(contentsOf: Self.lengthName)
            MessageWriter.number(Int(clamping: length), into: &out)
            MessageWriter.lineEnd(into: &out)
        case .chunked:
            MessageWriter.field(name: "transfer-encoding", value: "chunked", into: &out)
        }
        MessageWriter.lineEnd(into: &out)
    }
}
