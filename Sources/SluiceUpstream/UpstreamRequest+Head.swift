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
            MessageWriter.field(name: "accept-encoding", value: "identity", into: &out)
        }
        switch framing {
        case .none: break
        case .length(let length):
            MessageWriter.field(
                name: "content-length", value: Int(clamping: length), into: &out)
        case .chunked:
            MessageWriter.field(name: "transfer-encoding", value: "chunked", into: &out)
        }
        MessageWriter.lineEnd(into: &out)
    }
}
