/// Makes request IDs: `req_` and 11 letters and digits, without meaning.
///
/// They write 64 bits, of which one source repeats none. Fifteen bytes are what a string holds without memory of its own, and an ID is
/// handed on and kept many times for each request.
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
        var rest = mix(state &+ counter &* 0x9E37_79B9_7F4A_7C15)
        return String(unsafeUninitializedCapacity: 15) { buffer in
            buffer[0] = UInt8(ascii: "r")
            buffer[1] = UInt8(ascii: "e")
            buffer[2] = UInt8(ascii: "q")
            buffer[3] = UInt8(ascii: "_")
            for index in 4..<15 {
                buffer[index] = Self.digit(rest % 62)
                rest /= 62
            }
            return 15
        }
    }

    /// One of `0` to `9`, `a` to `z` and `A` to `Z`.
    @inline(__always)
    private static func digit(_ number: UInt64) -> UInt8 {
        let value = UInt8(truncatingIfNeeded: number)
        return switch value {
        case 0..<10: value &+ UInt8(ascii: "0")
        case 10..<36: value &+ (UInt8(ascii: "a") &- 10)
        default: value &+ (UInt8(ascii: "A") &- 36)
        }
    }

    /// Maps different numbers to different ones.
    private func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
