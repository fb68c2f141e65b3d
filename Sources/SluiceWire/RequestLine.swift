/// The first line of a request, in ranges of the head.
struct RequestLine: HeadFirstLine {
    var method: Range<Int>
    var target: Range<Int>
    var version: HTTPVersion

    static var isRequest: Bool { true }
    /// What arrived may be a body for the most part.
    static func room(_ limits: HeadLimits) -> Int { 2 << 10 }

    /// Reads a whole line: method, target and version with one space between each.
    init(_ bytes: Span<UInt8>, _ line: Range<Int>, _ limits: HeadLimits) throws(Refusal) {
        let method = try Self.method(bytes, line)
        guard method.upperBound < line.upperBound else { throw Refusal(.requestLine) }
        let rest = method.upperBound + 1..<line.upperBound
        let target = try Self.target(bytes, rest, limits)
        guard target.upperBound < rest.upperBound else { throw Refusal(.requestLine) }
        self.method = method
        self.target = target
        version = try Self.version(bytes, target.upperBound + 1..<line.upperBound)
    }

    /// Refuses a line that has not fully arrived as soon as no continuation could be accepted.
    static func checkPartial(
        _ bytes: Span<UInt8>, _ line: Range<Int>, _ limits: HeadLimits
    ) throws(Refusal) {
        let method = try method(bytes, line)
        guard method.upperBound < line.upperBound else { return }
        let rest = method.upperBound + 1..<line.upperBound
        guard !rest.isEmpty else { return }
        let end = try target(bytes, rest, limits).upperBound
        guard rest.upperBound - end <= 9 else { throw Refusal(.version) }
    }

    /// The token up to the first space, or to the end of the line.
    private static func method(
        _ bytes: Span<UInt8>, _ line: Range<Int>
    ) throws(Refusal) -> Range<Int> {
        var end = line.lowerBound
        while end < line.upperBound, bytes[end] != Byte.space {
            guard Byte.isToken(bytes[end]), end - line.lowerBound < HeadLimits.method else {
                throw Refusal(.method)
            }
            end += 1
        }
        guard end > line.lowerBound || line.isEmpty else { throw Refusal(.method) }
        return line.lowerBound..<end
    }

    /// Visible ASCII up to the next space. A fragment never belongs in a request.
    private static func target(
        _ bytes: Span<UInt8>, _ rest: Range<Int>, _ limits: HeadLimits
    ) throws(Refusal) -> Range<Int> {
        let end = bytes.firstInvisible(in: rest)
        // Of a fragment and a byte too many the one that comes first is told.
        let isTooLong = end - rest.lowerBound > limits.target
        let reach = isTooLong ? rest.lowerBound + limits.target + 1 : end
        guard end > rest.lowerBound,
            bytes.firstIndex(of: Byte.hash, in: rest.lowerBound..<reach) == nil
        else { throw Refusal(.target) }
        guard !isTooLong else { throw Refusal(.targetTooLong) }
        guard end == rest.upperBound || bytes[end] == Byte.space else { throw Refusal(.target) }
        return rest.lowerBound..<end
    }

    /// `HTTP/1.1` or `HTTP/1.0`; other versions that are spelled well are not supported.
    private static func version(
        _ bytes: Span<UInt8>, _ range: Range<Int>
    ) throws(Refusal) -> HTTPVersion {
        if bytes.extracting(range).isText("HTTP/1.1") { return .http11 }
        guard let (major, minor) = HTTPVersion.digits(bytes, range) else {
            throw Refusal(.version)
        }
        guard major == 1, minor <= 1 else { throw Refusal(.unsupportedVersion) }
        return minor == 1 ? .http11 : .http10
    }
}

extension HTTPVersion {
    /// The two digits of `HTTP/d.d`, nil if the range is spelled otherwise.
    static func digits(_ bytes: Span<UInt8>, _ range: Range<Int>) -> (major: UInt8, minor: UInt8)? {
        let start = range.lowerBound
        guard range.count == 8, bytes.has("HTTP/", at: start), Byte.isDigit(bytes[start + 5]),
            bytes[start + 6] == Byte.dot, Byte.isDigit(bytes[start + 7])
        else { return nil }
        return (bytes[start + 5] &- 0x30, bytes[start + 7] &- 0x30)
    }
}
