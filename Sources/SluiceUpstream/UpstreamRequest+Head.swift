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

    /// Room for what a head has beside its target, its host line and its fields.
    private static let otherRoom = 160

    /// Appends the request's head with the empty line. Our own fields win over the client's of the same name.
    func writeHead(hostLine: [UInt8], framing: Framing, into out: inout [UInt8]) {
        // Room for all of it is made once; so much of the target may have to be percent-encoded.
        let room =
            method.name.utf8.count + 3 * target.utf8.count + hostLine.count + headers.roomNeeded
            + forwarded.roomNeeded + Self.otherRoom
        out.append(addingCapacity: room) { out in
            MessageWriter.requestLine(method: method, target: target, into: &out)
            out.append(copying: hostLine.span)
            headers.writeFields(into: &out)
            forwarded.writeFields(unlessIn: headers, into: &out)
            // Events are read on the way, which compression would hide.
            if !headers.contains(.acceptEncoding) {
                out.append(text: "accept-encoding: identity\r\n")
            }
            Self.write(framing, into: &out)
            out.append(text: "\r\n")
        }
    }

    private static func write(_ framing: Framing, into out: inout OutputSpan<UInt8>) {
        switch framing {
        case .none: break
        case .length(let length):
            out.append(text: "content-length: ")
            MessageWriter.number(Int(clamping: length), into: &out)
            out.append(text: "\r\n")
        case .chunked:
            out.append(text: "transfer-encoding: chunked\r\n")
        }
    }
}
