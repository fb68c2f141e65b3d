/// The first bytes of what Base64 text stands for: enough to find the size of an image, and little of a large one.
enum Base64Beginning {
    /// JPEG has a preview before its size, of at most 64 KiB.
    private static let longest = 96 << 10

    /// - Returns: what was decoded before the first character that is not of the alphabet, or the limit.
    static func decode(_ text: Span<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(text.count / 4 * 3 + 3, longest))
        var (bits, count) = (0, 0)
        for index in text.indices {
            guard bytes.count < longest, let digit = digit(text[index]) else { break }
            bits = (bits << 6 | digit) & 0xFF_FFFF
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> count))
        }
        return bytes
    }

    private static func digit(_ character: UInt8) -> Int? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(character) - 65
        case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(character) - 71
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(character) + 4
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
