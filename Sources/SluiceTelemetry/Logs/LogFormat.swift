internal import SluiceJSON

/// How log lines are written.
///
/// In both forms one event is one line whatever its text contains: control characters and line ends are escaped.
public enum LogFormat: String, Sendable, CaseIterable {
    /// One JSON object per line.
    case json
    /// Time, level, message, then `key=value`; for people.
    case text

    /// Writes one line without its newline.
    func line(time: String, level: String, message: String, _ content: some LogContent) -> [UInt8] {
        switch self {
        case .json:
            var writer = JSONWriter(capacity: 512)
            writer.object { fields in
                fields.field("time", time)
                fields.field("level", level)
                fields.field("message", message)
                content.write(to: &fields)
            }
            return writer.bytes
        case .text:
            var fields = TextFields(time: time, level: level, message: message)
            content.write(to: &fields)
            return fields.bytes
        }
    }
}

/// What a line says beyond time, level and message.
///
/// A protocol rather than a closure, because a closure could not be generic over the form of the line.
protocol LogContent {
    func write(to fields: inout some LogFields)
}

/// How many lines the sink has lost.
struct LostLines: LogContent {
    var count: Int

    func write(to fields: inout some LogFields) {
        fields.field("count", count)
    }
}
