/// The spelling of `host [ ":" port ]` (RFC 3986 section 3.2.2), without user information.
enum HostName {
    static func isValid(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard !range.isEmpty else { return false }
        let nameEnd =
            bytes[range.lowerBound] == Byte.openBracket
            ? literalEnd(bytes, range) : registeredEnd(bytes, range)
        guard let nameEnd else { return false }
        if nameEnd == range.upperBound { return true }
        guard bytes[nameEnd] == Byte.colon, range.upperBound - nameEnd <= 6 else { return false }
        for index in nameEnd + 1..<range.upperBound where !Byte.isDigit(bytes[index]) {
            return false
        }
        return true
    }

    /// The end of an address in brackets. Its digits are not judged: it is never connected to.
    private static func literalEnd(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        var index = range.lowerBound + 1
        while index < range.upperBound, bytes[index] != Byte.closeBracket {
            guard Byte.isHostName(bytes[index]) || bytes[index] == Byte.colon else { return nil }
            index += 1
        }
        guard index < range.upperBound, index > range.lowerBound + 1 else { return nil }
        return index + 1
    }

    private static func registeredEnd(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        var index = range.lowerBound
        while index < range.upperBound, Byte.isHostName(bytes[index]) { index += 1 }
        return index > range.lowerBound ? index : nil
    }
}
