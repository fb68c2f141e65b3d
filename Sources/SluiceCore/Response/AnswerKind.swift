import SluiceWire

/// How the answer to a request is to be read, told by its fields.
enum AnswerKind {
    case events
    case document
    case bytes
    case unusable(ProxyError)

    init(_ head: ResponseHead, endpoint: Endpoint, isStreaming: Bool) {
        let headers = head.headers
        let type = headers.bytes(of: .contentType) ?? []
        if head.status == 204 || head.status == 205, endpoint.isUnderstood {
            // A status without a body leaves no way to say that the answer is missing.
            self = .unusable(.badAnswer("status \(head.status) instead of an answer"))
        } else if let coding = headers[.contentEncoding], coding != "identity" {
            // Not asked for, so not decoded: the client gets the coding with its name.
            self = .bytes
        } else if type.starts(withType: "text/event-stream") {
            self = .events
        } else if type.starts(withType: "application/json") {
            self = endpoint.isUnderstood ? .document : .bytes
        } else if !endpoint.isUnderstood {
            self = .bytes
        } else if type.starts(withType: "text/html") {
            self = .unusable(.badAnswer("a web page instead of an answer"))
        } else {
            self = isStreaming ? .events : .document
        }
    }
}

extension ArraySlice<UInt8> {
    /// Whether this value begins with a media type, whatever the case of its letters.
    func starts(withType type: StaticString) -> Bool {
        guard count >= type.utf8CodeUnitCount else { return false }
        return type.withUTF8Buffer { name in
            // Safety: the buffer is the constant's own and is read within the closure.
            for index in 0..<name.count where self[startIndex + index] | 0x20 != name[index] | 0x20
            {
                return false
            }
            return true
        }
    }
}
