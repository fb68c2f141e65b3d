extension ServerSentEvent {
    /// Reads one event by the rules of WHATWG HTML, 9.2.6. Text that is not UTF-8 reads as U+FFFD; data
    /// is kept as it came.
    ///
    /// - Parameters:
    ///   - raw: the bytes from one boundary to the next, as ``EventScanner`` finds them. Blank
    ///     lines before the event are skipped, and what follows its own is not read.
    ///   - isAtStreamStart: whether these are the stream's first bytes, where a byte order mark is
    ///     no part of the first field's name.
    /// - Returns: nil if there is no event, as after a comment: an event has a data line.
    public init?(parsing raw: Span<UInt8>, isAtStreamStart: Bool = false) {
        self.init(data: [])
        var hasData = false
        var lines = EventLines(raw, isAtStreamStart: isAtStreamStart)
        while let line = lines.next(raw) {
            if line.isEmpty {
                if hasData { break }
                type = nil
                continue
            }
            let field = EventField(raw, line)
            switch field.name {
            case .data:
                if hasData { data.append(Byte.lineFeed) }
                data.append(copying: raw.extracting(field.value))
                hasData = true
            case .event:
                type = field.value.isEmpty ? nil : String(copying: field.value, of: raw)
            case .id where raw.firstIndex(of: 0, in: field.value) == nil:
                id = String(copying: field.value, of: raw)
            case .retry:
                retry = Self.milliseconds(raw, field.value) ?? retry
            case .id, .other: break
            }
        }
        guard hasData else { return nil }
    }

    /// The data of an event without copying it.
    ///
    /// - Parameters:
    ///   - raw: bytes received.
    ///   - start: where the event begins in them.
    ///   - end: where it ends, at most `raw.count`.
    /// - Returns: the range of the data in `raw` if the event has exactly one data line; otherwise
    ///   nil, and ``init(parsing:isAtStreamStart:)`` tells what it has.
    public static func dataRange(
        in raw: Span<UInt8>, from start: Int, to end: Int
    ) -> Range<Int>? {
        var lines = EventLines(from: start, to: end)
        var found: Range<Int>?
        while let line = lines.next(raw) {
            if line.isEmpty {
                if found != nil { break }
                continue
            }
            let field = EventField(raw, line)
            guard field.name == .data else { continue }
            guard found == nil else { return nil }
            found = field.value
        }
        return found
    }

    /// Digits only; a number that is too big for an integer is as good as none.
    private static func milliseconds(_ raw: Span<UInt8>, _ value: Range<Int>) -> Int? {
        guard !value.isEmpty, value.count <= 18 else { return nil }
        var number = 0
        for index in value {
            guard Byte.isDigit(raw[index]) else { return nil }
            number = number * 10 + Int(raw[index] &- 0x30)
        }
        return number
    }
}

/// The lines of an event, each without its line end.
struct EventLines {
    private var offset: Int
    private let end: Int

    init(from start: Int, to end: Int) {
        offset = start
        self.end = end
    }

    init(_ raw: Span<UInt8>, isAtStreamStart: Bool) {
        let hasMark = isAtStreamStart && raw.has("\u{FEFF}", at: 0)
        self.init(from: hasMark ? 3 : 0, to: raw.count)
    }

    mutating func next(_ raw: Span<UInt8>) -> Range<Int>? {
        guard offset < end else { return nil }
        let line = offset..<raw.firstLineEnd(from: offset, to: end)
        offset = line.upperBound + 1
        if offset < end, raw[offset - 1] == Byte.carriageReturn, raw[offset] == Byte.lineFeed {
            offset += 1
        }
        return line
    }
}

/// A line of an event taken apart.
struct EventField {
    enum Name { case data, event, id, retry, other }

    var name: Name
    var value: Range<Int>

    /// - Parameter line: a line that is not empty. One that begins with a colon is a comment.
    init(_ raw: Span<UInt8>, _ line: Range<Int>) {
        // No name that means something has more than five bytes.
        let reach = line.lowerBound..<min(line.upperBound, line.lowerBound + 6)
        let colon = raw.firstIndex(of: Byte.colon, in: reach)
        let nameEnd = colon ?? line.upperBound
        name = Self.name(raw, line.lowerBound..<nameEnd)
        var start = colon.map { $0 + 1 } ?? line.upperBound
        if start < line.upperBound, raw[start] == Byte.space { start += 1 }
        value = start..<line.upperBound
    }

    private static func name(_ raw: Span<UInt8>, _ range: Range<Int>) -> Name {
        switch range.count {
        case 4 where raw.has("data", at: range.lowerBound): .data
        case 5 where raw.has("event", at: range.lowerBound): .event
        case 2 where raw.has("id", at: range.lowerBound): .id
        case 5 where raw.has("retry", at: range.lowerBound): .retry
        default: .other
        }
    }
}
