extension PlainJSON {
    /// What the inside of a well-formed string says; a surrogate without its partner reads as U+FFFD.
    package static func text(of inside: some Collection<UInt8>) -> String {
        var (units, text) = ([UInt16](), "")
        var rest = Array(inside)[...]
        func flush() {
            text += String(decoding: units, as: UTF16.self)
            units = []
        }
        while let byte = rest.popFirst() {
            guard byte == 0x5C, let letter = rest.popFirst() else {
                // Bytes beyond ASCII stand for themselves: taken together up to the next escape.
                let plain = [byte] + rest.prefix { $0 != 0x5C }
                rest = rest.dropFirst(plain.count - 1)
                flush()
                text += String(decoding: plain, as: UTF8.self)
                continue
            }
            switch letter {
            case UInt8(ascii: "u"):
                units.append(
                    UInt16(String(decoding: rest.prefix(4), as: UTF8.self), radix: 16) ?? 0)
                rest = rest.dropFirst(4)
            case UInt8(ascii: "b"): units.append(8)
            case UInt8(ascii: "f"): units.append(12)
            case UInt8(ascii: "n"): units.append(10)
            case UInt8(ascii: "r"): units.append(13)
            case UInt8(ascii: "t"): units.append(9)
            default: units.append(UInt16(letter))
            }
        }
        flush()
        return text
    }
}
