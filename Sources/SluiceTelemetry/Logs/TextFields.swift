internal import Logging
internal import SluiceCore

/// A line for people: `2026-01-31T12:00:00.250Z info message key=value other="two words"`.
struct TextFields: LogFields {
    private var bytes: [UInt8] = []

    /// - Parameter line: what the line is appended to; it is here until ``finish(_:)`` gives it back.
    init(time: Span<UInt8>, level: String, message: String, taking line: inout [UInt8]) {
        swap(&bytes, &line)
        bytes.append(addingCapacity: time.count) { $0.append(copying: time) }
        bytes.append(UInt8(ascii: " "))
        bytes.append(contentsOf: level.utf8)
        bytes.append(UInt8(ascii: " "))
        Self.appendEscaped(message, isQuoted: false, to: &bytes)
    }

    mutating func field(_ name: LogFieldName, _ text: String) {
        bytes.append(contentsOf: name.text)
        Self.appendToken(text, to: &bytes)
    }

    mutating func field(_ name: LogFieldName, _ number: Int) {
        bytes.append(decimal: number, after: name.text)
    }

    mutating func field(_ name: LogFieldName, nanoseconds: UInt64) {
        bytes.append(milliseconds: nanoseconds, after: name.text)
    }

    mutating func field(_ name: LogFieldName, money: Money) {
        bytes.append(money: money, after: name.text)
    }

    /// Gives the line back.
    mutating func finish(_ line: inout [UInt8]) { swap(&bytes, &line) }

    mutating func field(_ name: LogFieldName, _ value: Logger.MetadataValue) {
        guard case .dictionary(let members) = value else {
            return field(name, value.description)
        }
        for (key, member) in members.sorted(by: { $0.key < $1.key }) {
            field(LogFieldName("\(name.name).\(key)"), member)
        }
    }

    /// Appends text, in quotes if it could be taken for more than one field. It is copied first and looked over
    /// afterwards, since it hardly ever needs them.
    static func appendToken(_ text: String, to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.append(contentsOf: text.utf8)
        if start < bytes.count, isPlain(bytes.span.extracting(start..<bytes.count)) { return }
        bytes.removeSubrange(start...)
        bytes.append(UInt8(ascii: "\""))
        appendEscaped(text, isQuoted: true, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    private static func isPlain(_ text: Span<UInt8>) -> Bool {
        for index in text.indices {
            switch text[index] {
            case 0x00...0x20, 0x7F..., UInt8(ascii: "\""), UInt8(ascii: "="), UInt8(ascii: "\\"):
                return false
            default:
                continue
            }
        }
        return true
    }

    /// Escapes what ends a line or drives a terminal: C0 and C1 controls, DEL, and the Unicode line separators.
    private static func appendEscaped(_ text: String, isQuoted: Bool, to bytes: inout [UInt8]) {
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x0A:
                bytes.append(contentsOf: "\\n".utf8)
            case 0x00..<0x20, 0x7F..<0xA0, 0x2028, 0x2029:
                bytes.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".utf8)
            case 0x22 where isQuoted, 0x5C where isQuoted:
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(UInt8(truncatingIfNeeded: scalar.value))
            case 0x20..<0x7F:
                bytes.append(UInt8(truncatingIfNeeded: scalar.value))
            default:
                bytes.append(contentsOf: String(scalar).utf8)
            }
        }
    }
}
