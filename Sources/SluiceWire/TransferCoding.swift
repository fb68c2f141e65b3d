/// The codings of all Transfer-Encoding fields of a message, of which only `chunked`, once and
/// alone, is served (RFC 9112 section 6.1).
struct TransferCoding: Sendable {
    private var codings = 0
    private var chunkedCount = 0
    private var endsInChunked = false
    private var hasUnknown = false

    /// Adds one field's value.
    mutating func note(_ bytes: Span<UInt8>, _ value: Range<Int>) {
        var start = value.lowerBound
        while true {
            let end = bytes.firstIndex(of: Byte.comma, in: start..<value.upperBound)
            noteCoding(bytes, bytes.trimmed(start..<(end ?? value.upperBound)))
            guard let end else { return }
            start = end + 1
        }
    }

    private mutating func noteCoding(_ bytes: Span<UInt8>, _ coding: Range<Int>) {
        codings += 1
        endsInChunked = bytes.matches(coding, ignoringCase: "chunked")
        if endsInChunked {
            chunkedCount += 1
        } else if !Self.isKnown(bytes, coding) {
            hasUnknown = true
        }
    }

    /// Accepts `chunked` alone; a legal list of codings that we do not undo is 501, all else 400.
    func check() throws(Refusal) {
        if codings == 1, chunkedCount == 1 { return }
        let isLegal = !hasUnknown && (chunkedCount == 0 || (chunkedCount == 1 && endsInChunked))
        throw Refusal(isLegal ? .unsupportedCoding : .transferEncoding)
    }

    private static func isKnown(_ bytes: Span<UInt8>, _ coding: Range<Int>) -> Bool {
        let known: [StaticString] = [
            "gzip", "x-gzip", "deflate", "compress", "x-compress", "identity",
        ]
        for name in known where bytes.matches(coding, ignoringCase: name) { return true }
        return false
    }
}
