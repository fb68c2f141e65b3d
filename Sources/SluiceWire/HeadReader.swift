/// The first line of a message head.
protocol HeadFirstLine: Sendable {
    static var isRequest: Bool { get }
    /// Room made for the fields at once, at most.
    static func room(_ limits: HeadLimits) -> Int

    /// Reads a whole line.
    init(_ bytes: Span<UInt8>, _ line: Range<Int>, _ limits: HeadLimits) throws(Refusal)

    /// Refuses a line that has not fully arrived as soon as no continuation could be accepted.
    static func checkPartial(
        _ bytes: Span<UInt8>, _ line: Range<Int>, _ limits: HeadLimits
    ) throws(Refusal)
}

/// Takes the lines of one message head while they arrive: what requests and responses have in common.
///
/// The first line is kept beside it: a generic type would have its copies and ends made by tables, at 60 instructions for each head.
struct HeadReader: Sendable {
    private var lines = HeadLines()
    private var emptyLines = 0
    private var lineCount = 0
    private(set) var fields = HeaderFields()
    private(set) var framing = FramingFields()
    /// Set once the head was refused: it is told again.
    var refusal: Refusal?

    /// Takes all whole lines; returns where the head ends once the blank line was seen.
    ///
    /// Which fault is told must not depend on how much came at once. So nothing behind the limit is looked at, and a line is checked up
    /// to a control character in it before that one is told.
    ///
    /// - Parameter first: the first line, once it has arrived.
    mutating func advance<First: HeadFirstLine>(
        _ received: Span<UInt8>, _ limits: HeadLimits, first: inout First?
    ) throws(Refusal) -> Int? {
        let bytes = received.extracting(0..<min(received.count, limits.total))
        while let line = try nextLine(bytes, limits, first) {
            if first == nil {
                first = try takeFirst(bytes, line, limits)
            } else if line.isEmpty {
                return lines.lineStart
            } else {
                try takeField(bytes, line, limits, isRequest: First.isRequest)
            }
        }
        try checkPartial(bytes, limits, first)
        guard bytes.count < limits.total else { throw Refusal(.headTooLong) }
        return nil
    }

    private mutating func nextLine<First: HeadFirstLine>(
        _ bytes: Span<UInt8>, _ limits: HeadLimits, _ first: First?
    ) throws(Refusal) -> Range<Int>? {
        do throws(Refusal) {
            return try lines.next(bytes)
        } catch {
            try checkPartial(bytes, limits, first)
            throw error
        }
    }

    private func checkPartial<First: HeadFirstLine>(
        _ bytes: Span<UInt8>, _ limits: HeadLimits, _ first: First?
    ) throws(Refusal) {
        let partial = lines.partial
        if first == nil {
            try First.checkPartial(bytes, partial, limits)
        } else if partial.count > limits.headerLine {
            throw Refusal(.fieldTooLong)
        }
    }

    /// - Returns: nil for an empty line before it.
    private mutating func takeFirst<First: HeadFirstLine>(
        _ bytes: Span<UInt8>, _ line: Range<Int>, _ limits: HeadLimits
    ) throws(Refusal) -> First? {
        if line.isEmpty, emptyLines < HeadLimits.emptyLines {
            emptyLines += 1
            return nil
        }
        let first = try First(bytes, line, limits)
        // Most heads arrive whole: room for all of them at once.
        fields.reserve(
            bytes: min(bytes.count - line.upperBound, First.room(limits)) + 64, fields: 16)
        return first
    }

    private mutating func takeField(
        _ bytes: Span<UInt8>, _ line: Range<Int>, _ limits: HeadLimits, isRequest: Bool
    ) throws(Refusal) {
        guard line.count <= limits.headerLine else { throw Refusal(.fieldTooLong) }
        lineCount += 1
        guard lineCount <= limits.headerCount else { throw Refusal(.tooManyFields) }
        if let field = try fields.take(bytes, line, dropsUnderscores: isRequest) {
            try framing.note(field, in: bytes, isRequest: isRequest)
        }
    }
}
