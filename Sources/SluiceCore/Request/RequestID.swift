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
        let number = mix(state &+ counter &* 0x9E37_79B9_7F4A_7C15)
        // In parts of 32 bits, of which a digit is taken with one multiplication.
        let (rest, low) = number.quotientAndRemainder(dividingBy: Self.fourDigits)
        let (high, middle) = rest.quotientAndRemainder(dividingBy: Self.fourDigits)
        return String(unsafeUninitializedCapacity: 15) { buffer in
            buffer[0] = UInt8(ascii: "r")
            buffer[1] = UInt8(ascii: "e")
            buffer[2] = UInt8(ascii: "q")
            buffer[3] = UInt8(ascii: "_")
            Self.write(low, 4..<8, buffer)
            Self.write(middle, 8..<12, buffer)
            Self.write(high, 12..<15, buffer)
            return 15
        }
    }

    /// 62 to the power of 4.
    private static let fourDigits: UInt64 = 62 * 62 * 62 * 62

    @inline(__always)
    private static func write(
        _ number: UInt64, _ places: Range<Int>, _ buffer: UnsafeMutableBufferPointer<UInt8>
    ) {
        var rest = UInt32(truncatingIfNeeded: number)
        for place in places {
            buffer[place] = digit(rest % 62)
            rest /= 62
        }
    }

    /// One of `0` to `9`, `a` to `z` and `A` to `Z`.
    @inline(__always)
    private static func digit(_ number: UInt32) -> UInt8 {
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
