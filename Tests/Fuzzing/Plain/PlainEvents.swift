import SluiceWire

/// A stream taken apart by the rules of WHATWG HTML, 9.2.6, line by line, to compare with.
struct PlainEvents {
    private(set) var events: [ServerSentEvent] = []
    /// Where blocks end, each just behind its blank line.
    private(set) var boundaries: [Int] = []

    init(_ stream: [UInt8]) {
        var event: ServerSentEvent?
        var (type, id, retry) = (String?.none, String?.none, Int?.none)
        let mark = Array("\u{FEFF}".utf8)
        var isFirst = true
        for (line, end) in Self.lines(of: stream) {
            let text = isFirst && line.starts(with: mark) ? Array(line.dropFirst(3)) : line
            isFirst = false
            if line.isEmpty { boundaries.append(end) }
            if text.isEmpty {
                if var event {
                    (event.type, event.id, event.retry) = (type, id, retry)
                    events.append(event)
                }
                // An event's own fields end with it. An ID or a time without data is told by no event.
                event = nil
                type = nil
                if line.isEmpty { (id, retry) = (nil, nil) }
                continue
            }
            let (name, value) = Self.field(text)
            switch name {
            case "data":
                event = ServerSentEvent(data: event.map { $0.data + [0x0A] + value } ?? value)
            case "event": type = value.isEmpty ? nil : String(decoding: value, as: UTF8.self)
            case "id" where !value.contains(0): id = String(decoding: value, as: UTF8.self)
            case "retry" where value.isDigits && value.count <= 18:
                retry = Int(String(decoding: value, as: UTF8.self))
            default: break
            }
        }
    }

    /// Whole lines without their line ends, and where each one's line end ends.
    private static func lines(of stream: [UInt8]) -> [([UInt8], Int)] {
        var lines: [([UInt8], Int)] = []
        var (start, index) = (0, 0)
        while index < stream.count {
            let byte = stream[index]
            index += 1
            guard byte == 0x0A || byte == 0x0D else { continue }
            let end = index - 1
            if byte == 0x0D, index < stream.count, stream[index] == 0x0A { index += 1 }
            lines.append((Array(stream[start..<end]), index))
            start = index
        }
        return lines
    }

    private static func field(_ line: [UInt8]) -> (name: String, value: [UInt8]) {
        guard let colon = line.firstIndex(of: 0x3A) else {
            return (String(decoding: line, as: UTF8.self), [])
        }
        let value = line[(colon + 1)...]
        return (
            String(decoding: line[..<colon], as: UTF8.self),
            Array(value.first == 0x20 ? value.dropFirst() : value)
        )
    }
}
