import SluiceWire

/// How the answer to a request is to be read, told by its fields.
enum AnswerKind {
    case events
    case document
    case bytes
    case unusable(ProxyError)

    init(_ head: borrowing ResponseHead, endpoint: Endpoint, isStreaming: Bool) {
        if head.status == 204 || head.status == 205, endpoint.isUnderstood {
            // A status without a body leaves no way to say that the answer is missing.
            self = .unusable(.badAnswer("status \(head.status) instead of an answer"))
        } else if head.headers.contains(.contentEncoding),
            head.headers[.contentEncoding] != "identity"
        {
            // Not asked for, so not decoded: the client gets the coding with its name.
            self = .bytes
        } else if head.headers.has(.contentType, startingWith: "text/event-stream") {
            self = .events
        } else if head.headers.has(.contentType, startingWith: "application/json") {
            self = endpoint.isUnderstood ? .document : .bytes
        } else if !endpoint.isUnderstood {
            self = .bytes
        } else if head.headers.has(.contentType, startingWith: "text/html") {
            self = .unusable(.badAnswer("a web page instead of an answer"))
        } else {
            self = isStreaming ? .events : .document
        }
    }
}
