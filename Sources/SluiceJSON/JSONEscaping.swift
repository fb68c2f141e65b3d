internal import CSluiceJSON

/// Appends text as the inside of a JSON string: quote, backslash and control characters escaped
/// (RFC 8259, section 7).
package func appendEscaped(_ text: String, to bytes: inout [UInt8]) {
    appendEscaped(text.utf8.span, to: &bytes)
}

/// The same for text given as bytes.
package func appendEscaped(_ text: Span<UInt8>, to bytes: inout [UInt8]) {
    var position = 0
    while position < text.count {
        let rest = text.extracting(position...)
        // Safety: the pointer does not leave the closure, and no byte behind `count` is read.
        let plain = rest.withUnsafeBufferPointer { rest in
            let plain = sluice_json_plain_length(rest.baseAddress, rest.count)
            bytes.append(contentsOf: rest[..<plain])
            return plain
        }
        position += plain
        guard position < text.count else { return }
        appendEscape(text[position], to: &bytes)
        position += 1
    }
}

private func appendEscape(_ byte: UInt8, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\\"))
    switch byte {
    case 0x08: bytes.append(UInt8(ascii: "b"))
    case 0x09: bytes.append(UInt8(ascii: "t"))
    case 0x0A: bytes.append(UInt8(ascii: "n"))
    case 0x0C: bytes.append(UInt8(ascii: "f"))
    case 0x0D: bytes.append(UInt8(ascii: "r"))
    case ..<0x20:
        bytes.append(contentsOf: "u00".utf8)
        bytes.append(hexadecimalDigit(byte >> 4))
        bytes.append(hexadecimalDigit(byte & 0x0F))
    default: bytes.append(byte)
    }
}

private func hexadecimalDigit(_ digit: UInt8) -> UInt8 {
    digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
}
