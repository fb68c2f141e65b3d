/// What the fields that frame a message said, gathered while they are parsed.
struct FramingFields: Sendable {
    private(set) var contentLength: UInt64?
    /// Where the digits of Content-Length stand in the head.
    private(set) var lengthDigits: Range<Int>?
    private(set) var hasTransferEncoding = false
    private(set) var saysClose = false
    private(set) var saysKeepAlive = false
    private(set) var expectsContinue = false
    /// Where the value of the Host field stands in the head.
    private(set) var host: Range<Int>?
    private var coding = TransferCoding()

    /// Looks at one field that was just taken.
    @inline(__always)
    mutating func note(
        _ field: TakenField, in bytes: Span<UInt8>, isRequest: Bool
    ) throws(Refusal) {
        if Self.framing & field.known.bit != 0 {
            try noteFraming(field, in: bytes, isRequest: isRequest)
        }
    }

    private static var framing: UInt64 {
        KnownName.host.bit | KnownName.expect.bit | KnownName.connection.bit
            | KnownName.contentLength.bit | KnownName.transferEncoding.bit
    }

    private mutating func noteFraming(
        _ field: TakenField, in bytes: Span<UInt8>, isRequest: Bool
    ) throws(Refusal) {
        switch field.known {
        case .host where isRequest:
            guard host == nil else { throw Refusal(.hostTwice) }
            host = field.value
        case .expect where isRequest:
            guard bytes.matches(field.value, ignoringCase: "100-continue") else {
                throw Refusal(.expectation)
            }
            expectsContinue = true
        case .connection:
            noteConnection(bytes, field.value)
        case .contentLength:
            guard contentLength == nil else { throw Refusal(.contentLengthTwice) }
            contentLength = try Self.length(bytes, field.value)
            lengthDigits = field.value
        case .transferEncoding:
            hasTransferEncoding = true
            coding.note(bytes, field.value)
        default: break
        }
    }

    /// Whether the body is chunked, after the rules for both fields together.
    func isChunked(_ version: HTTPVersion) throws(Refusal) -> Bool {
        guard hasTransferEncoding else { return false }
        guard version == .http11 else { throw Refusal(.codingOnOldVersion) }
        guard contentLength == nil else { throw Refusal(.bothLengths) }
        try coding.check()
        return true
    }

    /// Whether the connection stays open by what was said (RFC 9112 section 9.3).
    func keepsAlive(_ version: HTTPVersion) -> Bool {
        !saysClose && (version == .http11 || saysKeepAlive)
    }

    private mutating func noteConnection(_ bytes: Span<UInt8>, _ value: Range<Int>) {
        if bytes.matches(value, ignoringCase: "keep-alive") {
            saysKeepAlive = true
            return
        }
        var rest = value
        while !rest.isEmpty {
            let end = bytes.firstIndex(of: Byte.comma, in: rest) ?? rest.upperBound
            let token = bytes.trimmed(rest.lowerBound..<end)
            if bytes.matches(token, ignoringCase: "close") { saysClose = true }
            if bytes.matches(token, ignoringCase: "keep-alive") { saysKeepAlive = true }
            rest = min(end + 1, rest.upperBound)..<rest.upperBound
        }
    }

    /// Digits only, and no more than 2^63 - 1 (RFC 9110 section 8.6).
    static func length(
        _ bytes: Span<UInt8>, _ value: Range<Int>
    ) throws(Refusal) -> UInt64 {
        guard !value.isEmpty else { throw Refusal(.contentLength) }
        var length: Int64 = 0
        for index in value {
            guard Byte.isDigit(bytes[index]) else { throw Refusal(.contentLength) }
            let (tens, tooBig) = length.multipliedReportingOverflow(by: 10)
            let (sum, tooBigStill) = tens.addingReportingOverflow(Int64(bytes[index] &- 0x30))
            guard !tooBig, !tooBigStill else { throw Refusal(.contentLength) }
            length = sum
        }
        return UInt64(length)
    }
}
