/// The bytes HTTP and event streams are punctuated with, and the classes RFC 9110 sorts bytes into.
enum Byte {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let colon: UInt8 = 0x3A
    static let comma: UInt8 = 0x2C
    static let semicolon: UInt8 = 0x3B
    static let underscore: UInt8 = 0x5F
    static let hash: UInt8 = 0x23
    static let star: UInt8 = 0x2A
    static let dot: UInt8 = 0x2E
    static let slash: UInt8 = 0x2F
    static let question: UInt8 = 0x3F
    static let openBracket: UInt8 = 0x5B
    static let closeBracket: UInt8 = 0x5D

    /// A `tchar` of RFC 9110 section 5.6.2, by a bit map that needs no memory access.
    @inline(__always)
    static func isToken(_ byte: UInt8) -> Bool {
        let map: UInt64 = byte < 64 ? 0x03FF_6CFA_0000_0000 : 0x57FF_FFFF_C7FF_FFFE
        return byte < 128 && (map >> UInt64(byte & 63)) & 1 == 1
    }

    /// A byte of a registered name (RFC 3986 section 3.2.2), without the comma, which would make a
    /// list of the Host field.
    @inline(__always)
    static func isHostName(_ byte: UInt8) -> Bool {
        let map: UInt64 = byte < 64 ? 0x2BFF_6FF2_0000_0000 : 0x47FF_FFFE_87FF_FFFE
        return byte < 128 && (map >> UInt64(byte & 63)) & 1 == 1
    }

    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    @inline(__always)
    static func isUppercase(_ byte: UInt8) -> Bool { byte &- 0x41 < 26 }

    @inline(__always)
    static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }

    /// A byte that no field value may hold (RFC 9110 section 5.5).
    @inline(__always)
    static func isForbiddenInValue(_ byte: UInt8) -> Bool {
        (byte < 0x20 && byte != tab) || byte == 0x7F
    }

    @inline(__always)
    static func lowercase(_ byte: UInt8) -> UInt8 { isUppercase(byte) ? byte | 0x20 : byte }

    /// The value of a hexadecimal digit, nil for any other byte.
    @inline(__always)
    static func hexValue(_ byte: UInt8) -> UInt64? {
        if isDigit(byte) { return UInt64(byte &- 0x30) }
        let letter = byte | 0x20
        return letter &- 0x61 < 6 ? UInt64(letter &- 0x61 &+ 10) : nil
    }
}

/// The hash of a name whose bytes come one by one and are not kept.
struct NameHash: Sendable {
    private var state: UInt32 = 0

    /// - Parameter byte: the next byte of the name, already in lower case.
    @inline(__always)
    mutating func add(_ byte: UInt8) { state = (state << 5 | state >> 27) ^ UInt32(byte) }

    /// The hash of the bytes added, spread over all bits.
    var value: UInt32 { (state ^ state >> 15) &* 0x9E37_79B1 }
}
