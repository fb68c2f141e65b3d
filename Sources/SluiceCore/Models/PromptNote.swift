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
        // Four at a time, as none waits for another.
        var lanes = SIMD4<UInt64>(1, 2, 3, 4)
        var offset = 0
        while offset &+ 32 <= count {
            // Safety: 32 bytes from there on lie inside.
            let words = unsafe bytes.unsafeLoadUnaligned(
                fromUncheckedByteOffset: offset, as: SIMD4<UInt64>.self)
            lanes = mixed(lanes ^ words)
            offset &+= 32
        }
        var last = SIMD4<UInt64>(repeating: UInt64(truncatingIfNeeded: count))
        while offset < count {
            // Safety: the byte lies inside.
            let byte = unsafe bytes.unsafeLoadUnaligned(
                fromUncheckedByteOffset: offset, as: UInt8.self)
            last[offset / 8 % 4] = last[offset / 8 % 4] &<< 8 ^ UInt64(byte)
            offset &+= 1
        }
        lanes = mixed(mixed(lanes ^ last))
        return lanes[0] ^ lanes[1] &* 3 ^ lanes[2] &* 5 ^ lanes[3] &* 7
    }

    @inline(__always)
    private static func mixed(_ lanes: SIMD4<UInt64>) -> SIMD4<UInt64> {
        let product = lanes &* SIMD4(repeating: 0x9E37_79B9_7F4A_7C15)
        return product ^ (product &>> SIMD4(repeating: 32))
    }
}
