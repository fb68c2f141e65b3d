internal import Logging
internal import SluiceJSON

/// A line for machines: one JSON object.
struct JSONFields: LogFields {
    private var bytes: [UInt8] = []

    init(time: String, level: String, message: String) {
        bytes.reserveCapacity(640)
        bytes.append(contentsOf: "{\"time\":\"".utf8)
        bytes.append(contentsOf: time.utf8)
        bytes.append(contentsOf: "\",\"level\":\"".utf8)
        bytes.append(contentsOf: level.utf8)
        bytes.append(contentsOf: "\",\"message\":\"".utf8)
        appendEscaped(message, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Closes the object.
    consuming func finish() -> [UInt8] {
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    mutating func field(_ name: LogFieldName, _ text: String) {
        bytes.append(contentsOf: name.json)
        bytes.append(UInt8(ascii: "\""))
        appendEscaped(text, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func field(_ name: LogFieldName, _ number: Int) {
        bytes.append(contentsOf: name.json)
        bytes.append(decimal: number)
    }

    mutating func field(_ name: LogFieldName, nanoseconds: UInt64) {
        bytes.append(contentsOf: name.json)
        bytes.append(milliseconds: nanoseconds)
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
