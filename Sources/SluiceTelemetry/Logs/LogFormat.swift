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
        var bytes: [UInt8] = []
        bytes.reserveCapacity(640)
        append(time: time.utf8.span, level: level, message: message, content, to: &bytes)
        return bytes
    }

    /// Appends one line without its newline.
    func append(
        time: Span<UInt8>, level: String, message: String, _ content: some LogContent,
        to bytes: inout [UInt8]
    ) {
        // The fields own the bytes meanwhile, so that nothing copies them.
        switch self {
        case .json:
            var fields = JSONFields(time: time, level: level, message: message, taking: &bytes)
            content.write(to: &fields)
            fields.finish(&bytes)
        case .text:
            var fields = TextFields(time: time, level: level, message: message, taking: &bytes)
            content.write(to: &fields)
            fields.finish(&bytes)
        }
    }
}
