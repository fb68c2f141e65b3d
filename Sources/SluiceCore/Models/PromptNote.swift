internal import SluiceJSON

/// What a prompt was counted at, and for which request: whoever changes the request or its model makes the count void.
struct PromptNote: Sendable {
    let tokens: PromptTokens
    private let model: String?
    private let body: UInt64

    init(_ tokens: PromptTokens, of request: borrowing ProxyRequest) {
        self.tokens = tokens
        model = request.model
        body = Self.digest(request)
    }

    /// Whether the request is still the one that was counted.
    func holds(for request: borrowing ProxyRequest) -> Bool {
        model == request.model && body == Self.digest(request)
    }

    /// Costs a hundredth of a count. Who changes the body is a part of the proxy, so it need not withstand an attack.
    private static func digest(_ request: borrowing ProxyRequest) -> UInt64 {
        guard case .json(let document) = request.body else {
            return UInt64(truncatingIfNeeded: request.body.count)
        }
        let bytes = document.bytes.span.bytes
        var hash = UInt64(truncatingIfNeeded: bytes.byteCount)
        var offset = 0
        while offset &+ 8 <= bytes.byteCount {
            // Safety: eight bytes from there on lie inside.
            let word = unsafe bytes.unsafeLoadUnaligned(
                fromUncheckedByteOffset: offset, as: UInt64.self)
            hash = (hash ^ word) &* 0x9E37_79B9_7F4A_7C15
            hash ^= hash &>> 32
            offset &+= 8
        }
        while offset < bytes.byteCount {
            // Safety: the byte lies inside.
            let byte = unsafe bytes.unsafeLoadUnaligned(
                fromUncheckedByteOffset: offset, as: UInt8.self)
            hash = (hash ^ UInt64(byte)) &* 0x9E37_79B9_7F4A_7C15
            offset &+= 1
        }
        return hash
    }
}
