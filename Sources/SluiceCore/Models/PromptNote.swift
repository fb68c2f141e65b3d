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
        let count = bytes.byteCount
        // Four words at a time, as none waits for another.
        var (first, second, third, fourth) = (UInt64(1), UInt64(2), UInt64(3), UInt64(count))
        var offset = 0
        while offset &+ 32 <= count {
            first = mixed(first, word(bytes, offset))
            second = mixed(second, word(bytes, offset &+ 8))
            third = mixed(third, word(bytes, offset &+ 16))
            fourth = mixed(fourth, word(bytes, offset &+ 24))
            offset &+= 32
        }
        while offset &+ 8 <= count {
            first = mixed(first, word(bytes, offset))
            offset &+= 8
        }
        while offset < count {
            // Safety: the byte lies inside.
            let byte = unsafe bytes.unsafeLoadUnaligned(
                fromUncheckedByteOffset: offset, as: UInt8.self)
            first = mixed(first, UInt64(byte))
            offset &+= 1
        }
        return mixed(mixed(mixed(first, second), third), fourth)
    }

    /// The eight bytes at an offset.
    @inline(__always)
    private static func word(_ bytes: RawSpan, _ offset: Int) -> UInt64 {
        // Safety: the caller has seen that they lie inside.
        unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self)
    }

    @inline(__always)
    private static func mixed(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let product = (hash ^ word) &* 0x9E37_79B9_7F4A_7C15
        return product ^ product &>> 32
    }
}
