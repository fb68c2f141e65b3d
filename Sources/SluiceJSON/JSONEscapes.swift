/// The UTF-8 that the inside of a checked string says. A lone surrogate, which RFC 8259 lets pass, becomes U+FFFD.
func decodingEscapes(of inside: ArraySlice<UInt8>) -> [UInt8] {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(inside.count)
    var rest = inside
    while let backslash = rest.firstIndex(of: UInt8(ascii: "\\")) {
        decoded.append(contentsOf: rest[..<backslash])
        rest = rest[(backslash + 1)...]
        guard let letter = rest.popFirst() else { break }
        switch letter {
        case UInt8(ascii: "b"): decoded.append(0x08)
        case UInt8(ascii: "f"): decoded.append(0x0C)
        case UInt8(ascii: "n"): decoded.append(0x0A)
        case UInt8(ascii: "r"): decoded.append(0x0D)
        case UInt8(ascii: "t"): decoded.append(0x09)
        case UInt8(ascii: "u"): appendScalar(from: &rest, to: &decoded)
        default: decoded.append(letter)
        }
    }
    decoded.append(contentsOf: rest)
    return decoded
}

/// Takes four hexadecimal digits, and the low surrogate that belongs to them if there is one.
private func appendScalar(from rest: inout ArraySlice<UInt8>, to decoded: inout [UInt8]) {
    var code = hexadecimal(rest.prefix(4))
    rest = rest.dropFirst(4)
    if code & 0xFC00 == 0xD800, rest.starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) {
        let low = hexadecimal(rest.dropFirst(2).prefix(4))
        if low & 0xFC00 == 0xDC00 {
            code = 0x10000 + (code & 0x3FF) << 10 + low & 0x3FF
            rest = rest.dropFirst(6)
        }
    }
    let scalar = Unicode.Scalar(code) ?? "\u{FFFD}"
    decoded.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
}

private func hexadecimal(_ digits: ArraySlice<UInt8>) -> UInt32 {
    digits.reduce(0) { $0 << 4 | UInt32($1 & 0x0F) + ($1 & 0x40 == 0 ? 0 : 9) }
}
