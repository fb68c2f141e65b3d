/// The trailer section after the last chunk: checked like header lines, bounded, and dropped.
struct TrailerDecoder: Sendable {
    private var place = Place.lineStart
    private var name = NameHash()
    private var nameLength = 0
    private var bytes = 0

    private enum Place: Sendable {
        case lineStart, name, value, lineFeed, lastLineFeed
    }

    /// Takes one byte.
    ///
    /// - Returns: whether it was the last one of the section.
    mutating func take(_ byte: UInt8, limit: Int) throws(Refusal) -> Bool {
        switch place {
        case .lineStart:
            if byte == Byte.carriageReturn {
                place = .lastLineFeed
                return false
            }
            (place, name, nameLength) = (.name, NameHash(), 0)
            try takeName(byte)
        case .name: try takeName(byte)
        case .value:
            if byte == Byte.carriageReturn {
                place = .lineFeed
            } else if Byte.isForbiddenInValue(byte) {
                throw Refusal(byte == Byte.lineFeed ? .bareLineFeed : .trailer)
            }
        case .lineFeed:
            guard byte == Byte.lineFeed else { throw Refusal(.bareCarriageReturn) }
            place = .lineStart
        case .lastLineFeed:
            guard byte == Byte.lineFeed else { throw Refusal(.bareCarriageReturn) }
            return true
        }
        bytes += 1
        guard bytes <= limit else { throw Refusal(.trailersTooLong) }
        return false
    }

    private mutating func takeName(_ byte: UInt8) throws(Refusal) {
        if Byte.isToken(byte) {
            name.add(Byte.lowercase(byte))
            nameLength += 1
            return
        }
        guard byte == Byte.colon, nameLength > 0 else {
            throw Refusal(byte == Byte.lineFeed ? .bareLineFeed : .trailer)
        }
        // Hash and length stand for the name, since its bytes are not kept. Another name with both
        // equal would be refused as well, which does no harm.
        let isForbidden = Self.forbidden.contains {
            $0.hash == name.value && $0.length == nameLength
        }
        guard !isForbidden else { throw Refusal(.forbiddenTrailer) }
        place = .value
    }

    /// Fields that frame, route or authorise a message (RFC 9110 section 6.5.1): a sender that puts
    /// them behind the body hopes that somebody believes them.
    private static let forbidden = [
        "authorization", "connection", "content-length", "cookie", "expect", "host",
        "proxy-authorization", "set-cookie", "te", "trailer", "transfer-encoding", "upgrade",
        "x-api-key",
    ].map { (text: String) -> (hash: UInt32, length: Int) in
        var hash = NameHash()
        for byte in text.utf8 { hash.add(byte) }
        return (hash.value, text.utf8.count)
    }
}
