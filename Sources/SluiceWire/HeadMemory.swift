/// The head that a connection sent last. Clients send the same one again and again but for the length of the body, and what was
/// understood once need not be parsed again.
package struct HeadMemory: Sendable {
    /// The head as it came.
    private var bytes: [UInt8] = []
    /// Where the digits of Content-Length stand in it; empty without them.
    private var digits = 0..<0
    private var head: RequestHead?

    /// A longer head is forgotten at once: idle connections would hold it.
    private static let limit = 2 << 10

    /// Remembers nothing.
    package init() {}

    /// Whether nothing is remembered.
    package var isEmpty: Bool { head == nil }

    /// Understands bytes that begin with the same head, with as many digits of Content-Length.
    ///
    /// - Parameter received: what came, the head first.
    /// - Returns: the head and how many of the bytes it takes.
    func recall(_ received: Span<UInt8>) -> (head: RequestHead, end: Int)? {
        guard let head, received.count >= bytes.count else { return nil }
        let bytes = bytes
        let known = bytes.span
        guard
            received.holds(known.extracting(0..<digits.lowerBound), at: 0),
            received.holds(
                known.extracting(digits.upperBound..<known.count), at: digits.upperBound)
        else { return nil }
        if received.holds(known.extracting(digits), at: digits.lowerBound) {
            return (head, known.count)
        }
        guard let length = try? FramingFields.length(received, digits) else { return nil }
        return (head.withLength(length, spelled: received.extracting(digits)), known.count)
    }

    /// Keeps a head in place of the one before.
    ///
    /// - Parameters:
    ///   - head: what was understood.
    ///   - end: where it ends in the bytes received.
    ///   - length: where the digits of Content-Length stand, if there are any.
    mutating func keep(
        _ head: RequestHead, _ received: Span<UInt8>, end: Int, length: Range<Int>?
    ) {
        guard end <= Self.limit else {
            self = HeadMemory()
            return
        }
        bytes.removeAll(keepingCapacity: true)
        bytes.append(copying: received.extracting(0..<end))
        digits = length ?? end..<end
        self.head = head
    }
}

extension RequestHead {
    /// The same head in front of a body of another length.
    ///
    /// - Parameter digits: as many as the head has now.
    fileprivate func withLength(_ length: UInt64, spelled digits: Span<UInt8>) -> RequestHead {
        var headers = headers
        headers.overwrite(.contentLength, with: digits)
        return RequestHead(
            method: method, target: target, path: path, query: query, version: version,
            headers: headers, framing: .length(length), keepAlive: keepAlive,
            expectsContinue: expectsContinue)
    }
}
