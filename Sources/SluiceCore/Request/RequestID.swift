/// Makes request IDs: `req_` and 22 characters out of letters and digits, unique and without meaning.
public struct RequestID: ~Copyable {
    private var generator = SystemRandomNumberGenerator()
    private var state: UInt64
    private var counter: UInt64 = 0

    /// A source that starts at a random place.
    public init() {
        state = generator.next()
    }

    /// A new ID. Random bits come from a 64-bit mixer seeded by the system, which costs less than a system call per request.
    public mutating func next() -> String {
        counter &+= 1
        let high = mix(state &+ counter &* 0x9E37_79B9_7F4A_7C15)
        let low = mix(high ^ state)
        return String(unsafeUninitializedCapacity: 26) { buffer in
            buffer[0] = UInt8(ascii: "r")
            buffer[1] = UInt8(ascii: "e")
            buffer[2] = UInt8(ascii: "q")
            buffer[3] = UInt8(ascii: "_")
            var (high, low) = (high, low)
            for index in 0..<11 {
                buffer[4 &+ index] = Self.digit(high)
                buffer[15 &+ index] = Self.digit(low)
                (high, low) = (high &>> 5, low &>> 5)
            }
            return 26
        }
    }

    /// The lowest five bits as one of `0` to `9` and `a` to `v`.
    @inline(__always)
    private static func digit(_ bits: UInt64) -> UInt8 {
        let value = UInt8(truncatingIfNeeded: bits & 31)
        return value &+ (value < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") &- 10)
    }

    private func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
