internal import Logging

/// A line for people: `2026-01-31T12:00:00.250Z info message key=value other="two words"`.
struct TextFields: LogFields {
    private(set) var bytes: [UInt8] = []

    init(time: String, level: String, message: String) {
        bytes.reserveCapacity(512)
        bytes.append(contentsOf: time.utf8)
        bytes.append(UInt8(ascii: " "))
        bytes.append(contentsOf: level.utf8)
        bytes.append(UInt8(ascii: " "))
        appendEscaped(message, quoted: false)
    }

    mutating func field(_ key: String, _ text: String) {
        begin(key)
        appendToken(text)
    }

    mutating func field(_ key: String, _ number: Int) {
        begin(key)
        bytes.append(contentsOf: String(number).utf8)
    }

    mutating func field(_ key: String, nanoseconds: UInt64) {
        begin(key)
        bytes.append(contentsOf: Self.milliseconds(nanoseconds).description.utf8)
    }

    mutating func field(_ key: String, _ value: Logger.MetadataValue) {
        switch value {
        case .dictionary(let members):
            for (name, member) in members.sorted(by: { $0.key < $1.key }) {
                field("\(key).\(name)", member)
            }
        default:
            field(key, value.description)
        }
    }

    private mutating func begin(_ key: String) {
        bytes.append(UInt8(ascii: " "))
        appendToken(key)
        bytes.append(UInt8(ascii: "="))
    }

    /// Text that could be taken for more than one field is put in quotes.
    private mutating func appendToken(_ text: String) {
        let isPlain =
            !text.isEmpty
            && text.utf8.allSatisfy { byte in
                byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"")
                    && byte != UInt8(ascii: "=")
                    && byte != UInt8(ascii: "\\")
            }
        if isPlain {
            bytes.append(contentsOf: text.utf8)
        } else {
            bytes.append(UInt8(ascii: "\""))
            appendEscaped(text, quoted: true)
            bytes.append(UInt8(ascii: "\""))
        }
    }

    /// Escapes what ends a line or drives a terminal: C0 and C1 controls, DEL, and the Unicode line separators.
    private mutating func appendEscaped(_ text: String, quoted: Bool) {
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x0A:
                bytes.append(contentsOf: "\\n".utf8)
            case 0x00..<0x20, 0x7F..<0xA0, 0x2028, 0x2029:
                let digits = String(scalar.value, radix: 16)
                bytes.append(contentsOf: "\\u{\(digits)}".utf8)
            case 0x22 where quoted, 0x5C where quoted:
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(UInt8(truncatingIfNeeded: scalar.value))
            default:
                if scalar.isASCII {
                    bytes.append(UInt8(truncatingIfNeeded: scalar.value))
                } else {
                    bytes.append(contentsOf: String(scalar).utf8)
                }
            }
        }
    }
}
