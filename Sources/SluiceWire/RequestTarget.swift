/// A request target taken apart (RFC 9112 section 3.2).
struct RequestTarget: Sendable {
    /// Host and port of an absolute-form target.
    var authority: Range<Int>?
    /// Path and query; may be empty or begin with `?` in absolute-form.
    var pathAndQuery: Range<Int>

    /// - Parameters:
    ///   - bytes: the head.
    ///   - target: the target in it, not empty.
    ///   - isOptions: whether the method is OPTIONS, which alone may ask for `*`.
    init(_ bytes: Span<UInt8>, _ target: Range<Int>, isOptions: Bool) throws(Refusal) {
        let isStar = target.count == 1 && bytes[target.lowerBound] == Byte.star
        if bytes[target.lowerBound] == Byte.slash || (isStar && isOptions) {
            pathAndQuery = target
            return
        }
        guard let start = Self.authorityStart(bytes, target) else { throw Refusal(.target) }
        var end = start
        while end < target.upperBound, bytes[end] != Byte.slash, bytes[end] != Byte.question {
            end += 1
        }
        guard HostName.isValid(bytes, start..<end) else { throw Refusal(.target) }
        authority = start..<end
        pathAndQuery = end..<target.upperBound
    }

    /// Path and query as text, and both on their own; an empty path is a slash, or a star for
    /// OPTIONS.
    ///
    /// - Parameter last: a path that is taken instead of a new string if it is the same.
    func parts(
        _ bytes: Span<UInt8>, isOptions: Bool, last: String
    ) -> (target: String, path: String, query: String?) {
        let mark = bytes.firstIndex(of: Byte.question, in: pathAndQuery)
        let pathRange = pathAndQuery.lowerBound..<(mark ?? pathAndQuery.upperBound)
        let path =
            pathRange.isEmpty
            ? (isOptions && mark == nil ? "*" : "/")
            : Self.path(bytes.extracting(pathRange), last: last)
        guard let mark else { return (path, path, nil) }
        let query = String(copying: mark + 1..<pathAndQuery.upperBound, of: bytes)
        return (path + "?" + query, path, query)
    }

    /// The path that nearly all requests have is a constant, which costs no memory.
    private static func path(_ bytes: Span<UInt8>, last: String) -> String {
        if bytes.isText("/v1/chat/completions") { return "/v1/chat/completions" }
        let lastBytes = last.utf8.span
        if lastBytes.count == bytes.count, bytes.holds(lastBytes, at: 0) { return last }
        return String(copying: 0..<bytes.count, of: bytes)
    }

    private static func authorityStart(_ bytes: Span<UInt8>, _ target: Range<Int>) -> Int? {
        let start = target.lowerBound
        if target.count > 7, bytes.matches(start..<start + 7, ignoringCase: "http://") {
            return start + 7
        }
        if target.count > 8, bytes.matches(start..<start + 8, ignoringCase: "https://") {
            return start + 8
        }
        return nil
    }
}
