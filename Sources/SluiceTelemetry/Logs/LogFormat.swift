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
            var fields = JSONFields(time: time, level: level, message: message)
            content.write(to: &fields)
            return fields.finish()
        case .text:
            var fields = TextFields(time: time, level: level, message: message)
            content.write(to: &fields)
            return fields.bytes
        }
    }
}
