/// The first line of a response.
struct StatusLine: HeadFirstLine {
    var version: HTTPVersion
    var status: Int

    static var isRequest: Bool { false }
    static func room(_ limits: HeadLimits) -> Int { limits.total }

    /// Reads a whole line: `HTTP/1.x`, a space, three digits, and a reason that may be missing.
    init(_ bytes: Span<UInt8>, _ line: Range<Int>, _ limits: HeadLimits) throws(Refusal) {
        try Self.checkPartial(bytes, line, limits)
        let start = line.lowerBound
        guard line.count >= 12,
            let (major, minor) = HTTPVersion.digits(bytes, start..<start + 8),
            major == 1, bytes[start + 8] == Byte.space
        else { throw Refusal(.statusLine) }
        guard minor <= 1 else { throw Refusal(.unsupportedVersion) }
        version = minor == 1 ? .http11 : .http10
        status = 0
        for index in start + 9..<start + 12 {
            guard Byte.isDigit(bytes[index]) else { throw Refusal(.statusCode) }
            status = status * 10 + Int(bytes[index] &- 0x30)
        }
        guard status >= 100 else { throw Refusal(.statusCode) }
        guard line.count == 12 || bytes[start + 12] == Byte.space else {
            throw Refusal(.statusCode)
        }
    }

    /// Refuses what is not HTTP/1 at its first wrong byte: an answer without a head never ends.
    static func checkPartial(
        _ bytes: Span<UInt8>, _ line: Range<Int>, _ limits: HeadLimits
    ) throws(Refusal) {
        let expected: [UInt8] = [0x48, 0x54, 0x54, 0x50, 0x2F, 0x31, 0x2E]
        for index in 0..<min(line.count, expected.count)
        where bytes[line.lowerBound + index] != expected[index] {
            throw Refusal(.statusLine)
        }
        guard line.count <= limits.headerLine else { throw Refusal(.fieldTooLong) }
    }
}
