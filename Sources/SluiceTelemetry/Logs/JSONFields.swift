internal import Logging
internal import SluiceCore
internal import SluiceJSON

/// A line for machines: one JSON object.
struct JSONFields: LogFields {
    private var bytes: [UInt8] = []

    private static let timeName = Array("{\"time\":\"".utf8)
    private static let levelName = Array("\",\"level\":\"".utf8)
    private static let messageName = Array("\",\"message\":\"".utf8)

    /// - Parameter line: what the line is appended to; it is here until ``finish(_:)`` gives it back.
    init(time: Span<UInt8>, level: String, message: String, taking line: inout [UInt8]) {
        swap(&bytes, &line)
        appendString(Self.timeName, time, isClosed: false)
        appendString(Self.levelName, level.utf8.span, isClosed: false)
        appendString(Self.messageName, message.utf8.span)
    }

    /// Appends fields to some that are there already, or to none.
    init(taking line: inout [UInt8]) {
        swap(&bytes, &line)
    }

    /// The end of fields that are to go into another object.
    mutating func give(back line: inout [UInt8]) {
        swap(&bytes, &line)
    }

    /// Closes the object.
    mutating func finish(_ line: inout [UInt8]) {
        bytes.append(UInt8(ascii: "}"))
        swap(&bytes, &line)
    }

    mutating func field(_ name: LogFieldName, _ text: String) {
        appendString(name.jsonText, text.utf8.span)
    }

    mutating func field(_ name: LogFieldName, _ number: Int) {
        bytes.append(decimal: number, after: name.json)
    }

    mutating func field(_ name: LogFieldName, nanoseconds: UInt64) {
        bytes.append(milliseconds: nanoseconds, after: name.json)
    }

    mutating func field(_ name: LogFieldName, money: Money) {
        bytes.append(money: money, after: name.json)
    }

    /// Appends a name and the inside of a string. Hardly any text needs escapes, so it is copied as it is unless it does.
    private mutating func appendString(
        _ front: [UInt8], _ text: Span<UInt8>, isClosed: Bool = true
    ) {
        guard text.isPlainJSON else {
            bytes.append(contentsOf: front)
            appendEscaped(text, to: &bytes)
            if isClosed { bytes.append(UInt8(ascii: "\"")) }
            return
        }
        bytes.append(addingCapacity: front.count + text.count + 1) { out in
            out.append(copying: front.span)
            out.append(copying: text)
            if isClosed { out.append(UInt8(ascii: "\"")) }
        }
    }

    mutating func field(_ name: LogFieldName, _ value: Logger.MetadataValue) {
        bytes.append(contentsOf: name.json)
        var writer = JSONWriter()
        writer.metadata(value)
        bytes.append(contentsOf: writer.bytes)
    }
}

extension JSONWriter {
    /// Writes a value of swift-log's; members of dictionaries by their names.
    fileprivate mutating func metadata(_ value: Logger.MetadataValue) {
        switch value {
        case .string(let text): string(text)
        case .stringConvertible(let value as Int): int(value)
        case .stringConvertible(let value): string(value.description)
        case .array(let elements): array { for element in elements { $0.metadata(element) } }
        case .dictionary(let members):
            object { writer in
                for (name, member) in members.sorted(by: { $0.key < $1.key }) {
                    writer.key(name)
                    writer.metadata(member)
                }
            }
        }
    }
}

extension Span<UInt8> {
    /// Whether the bytes stand inside a JSON string as they are: no quote, no backslash, no control character. Eight bytes are looked at
    /// together; a borrow can only raise flags above the first true one.
    @inline(__always)
    var isPlainJSON: Bool {
        let raw = bytes
        var offset = 0
        while offset &+ 8 <= count {
            // Safety: eight bytes from offset on lie inside the span.
            let word = unsafe raw.unsafeLoadUnaligned(
                fromUncheckedByteOffset: offset, as: UInt64.self)
            let quote = word ^ 0x2222_2222_2222_2222
            let backslash = word ^ 0x5C5C_5C5C_5C5C_5C5C
            let flags =
                ((word &- 0x2020_2020_2020_2020) & ~word)
                | ((quote &- 0x0101_0101_0101_0101) & ~quote)
                | ((backslash &- 0x0101_0101_0101_0101) & ~backslash)
            guard flags & 0x8080_8080_8080_8080 == 0 else { return false }
            offset &+= 8
        }
        while offset < count {
            let byte = self[offset]
            if byte < 0x20 || byte == 0x22 || byte == 0x5C { return false }
            offset &+= 1
        }
        return true
    }
}
