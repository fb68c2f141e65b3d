/// Appends text as the inside of a JSON string: quote, backslash and control characters escaped (RFC 8259, section 7).
///
/// Most text needs no escape, so it is copied first and looked over afterwards, without a branch per byte.
func appendEscaped(_ text: String, to bytes: inout [UInt8]) {
    let start = bytes.count
    bytes.append(contentsOf: text.utf8)
    guard needsEscape(bytes.span.extracting(start..<bytes.count)) else { return }
    bytes.removeSubrange(start...)
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            bytes.append(UInt8(ascii: "\\"))
            bytes.append(byte)
        case 0x20...: bytes.append(byte)
        default: appendControl(byte, to: &bytes)
        }
    }
}

private func needsEscape(_ text: Span<UInt8>) -> Bool {
    var found: UInt8 = 0
    for index in text.indices {
        let byte = text[index]
        found |= byte < 0x20 ? 1 : 0
        found |= byte == UInt8(ascii: "\"") ? 1 : 0
        found |= byte == UInt8(ascii: "\\") ? 1 : 0
    }
    return found != 0
}

private func appendControl(_ byte: UInt8, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\\"))
    switch byte {
    case 0x08: bytes.append(UInt8(ascii: "b"))
    case 0x09: bytes.append(UInt8(ascii: "t"))
    case 0x0A: bytes.append(UInt8(ascii: "n"))
    case 0x0C: bytes.append(UInt8(ascii: "f"))
    case 0x0D: bytes.append(UInt8(ascii: "r"))
    default:
        bytes.append(contentsOf: "u00".utf8)
        bytes.append(hexadecimalDigit(byte >> 4))
        bytes.append(hexadecimalDigit(byte & 0x0F))
    }
}

private func hexadecimalDigit(_ digit: UInt8) -> UInt8 {
    digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
}
