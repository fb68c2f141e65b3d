/// The chunked coding (RFC 9112 section 7.1), byte by byte except for the data.
struct ChunkDecoder: Sendable {
    private let limits: ChunkLimits
    private var place = Place.size
    /// Bytes of the current chunk that are still to come; while its size is read, the size so far.
    private var left: UInt64 = 0
    private var digits = 0
    private var extensionBytes = 0
    private var allExtensionBytes = 0
    private var trailer = TrailerDecoder()
    private var refusal: Refusal?

    private enum Place: Sendable {
        case size, chunkExtension, sizeLineFeed
        case data, dataReturn, dataLineFeed
        case trailers
    }

    init(limits: ChunkLimits) {
        self.limits = limits
    }

    mutating func next(_ bytes: Span<UInt8>, from start: Int) -> BodyStep {
        if let refusal { return .refused(refusal) }
        do throws(Refusal) {
            return try advance(bytes, from: start)
        } catch {
            refusal = error
            return .refused(error)
        }
    }

    private mutating func advance(
        _ bytes: Span<UInt8>, from start: Int
    ) throws(Refusal) -> BodyStep {
        var offset = start
        while offset < bytes.count {
            if place == .data {
                let size = Int(min(left, UInt64(bytes.count - offset)))
                left -= UInt64(size)
                if left == 0 { place = .dataReturn }
                return .data(offset..<offset + size)
            }
            if let next = takeUsual(bytes, from: offset) {
                offset = next
                continue
            }
            if place == .trailers {
                let isEnd = try trailer.take(bytes[offset], limit: limits.trailers)
                if isEnd { return .end(offset: offset + 1) }
            } else {
                try take(bytes[offset])
            }
            offset += 1
        }
        return .needMore
    }

    /// Takes a line that is whole and has nothing unusual, as nearly all are: what ends a chunk's data, or a short size.
    ///
    /// - Returns: where it ends; nil leaves it to be read byte by byte.
    private mutating func takeUsual(_ bytes: Span<UInt8>, from start: Int) -> Int? {
        var offset = start
        if place == .size, digits == 0 {
            var size: UInt64 = 0
            let reach = min(bytes.count, start &+ min(limits.sizeDigits, 8))
            while offset < reach, let digit = Byte.hexValue(bytes[offset]) {
                size = size << 4 | digit
                offset &+= 1
            }
            guard offset > start, Self.isLineEnd(bytes, at: offset) else { return nil }
            left = size
            place = size == 0 ? .trailers : .data
            return offset &+ 2
        }
        guard place == .dataReturn, Self.isLineEnd(bytes, at: offset) else { return nil }
        (place, digits, extensionBytes) = (.size, 0, 0)
        return offset &+ 2
    }

    @inline(__always)
    private static func isLineEnd(_ bytes: Span<UInt8>, at offset: Int) -> Bool {
        offset &+ 1 < bytes.count && bytes[offset] == Byte.carriageReturn
            && bytes[offset &+ 1] == Byte.lineFeed
    }

    private mutating func take(_ byte: UInt8) throws(Refusal) {
        switch place {
        case .size: try takeSize(byte)
        case .chunkExtension: try takeExtension(byte)
        case .sizeLineFeed:
            guard byte == Byte.lineFeed else { throw Refusal(.bareCarriageReturn) }
            place = left == 0 ? .trailers : .data
        case .dataReturn:
            guard byte == Byte.carriageReturn else { throw Refusal(.chunkEnd) }
            place = .dataLineFeed
        case .dataLineFeed:
            guard byte == Byte.lineFeed else { throw Refusal(.chunkEnd) }
            (place, digits, extensionBytes) = (.size, 0, 0)
        case .data, .trailers: break
        }
    }

    private mutating func takeSize(_ byte: UInt8) throws(Refusal) {
        if let digit = Byte.hexValue(byte) {
            digits += 1
            // The top bit stays free, so that sizes fit everywhere.
            guard digits <= limits.sizeDigits, left >> 59 == 0 else { throw Refusal(.chunkSize) }
            left = left << 4 | digit
            return
        }
        guard digits > 0 else { throw Refusal(.chunkSize) }
        switch byte {
        case Byte.carriageReturn: place = .sizeLineFeed
        case Byte.semicolon:
            place = .chunkExtension
            try takeExtension(byte)
        case Byte.lineFeed: throw Refusal(.bareLineFeed)
        default: throw Refusal(.chunkSize)
        }
    }

    private mutating func takeExtension(_ byte: UInt8) throws(Refusal) {
        if byte == Byte.carriageReturn {
            place = .sizeLineFeed
            return
        }
        guard !Byte.isForbiddenInValue(byte) else {
            throw Refusal(byte == Byte.lineFeed ? .bareLineFeed : .chunkExtension)
        }
        extensionBytes += 1
        allExtensionBytes += 1
        guard extensionBytes <= limits.chunkExtension, allExtensionBytes <= limits.bodyExtensions
        else { throw Refusal(.chunkExtensionTooLong) }
    }
}
