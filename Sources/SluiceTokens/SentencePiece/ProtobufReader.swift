/// Reads the fields of one protobuf message, one after another.
struct ProtobufReader {
    /// The value of a field, of which the bytes of a string or message are only told by their place.
    enum Value: Equatable {
        case number(UInt64)
        case bytes(Range<Int>)
        case fixed32(UInt32)
        case fixed64
    }

    private let bytes: [UInt8]
    private var offset: Int
    private let end: Int

    init(_ bytes: [UInt8], in range: Range<Int>) {
        self.bytes = bytes
        (offset, end) = (range.lowerBound, min(range.upperBound, bytes.count))
    }

    /// The next field, or nil at the end of the message.
    mutating func next() throws(UnusableTokenizer) -> (field: UInt64, value: Value)? {
        guard offset < end else { return nil }
        let tag = try number()
        guard tag >> 3 > 0 else { throw Self.malformed }
        switch tag & 7 {
        case 0: return (tag >> 3, .number(try number()))
        case 1:
            _ = try take(8)
            return (tag >> 3, .fixed64)
        case 2: return (tag >> 3, .bytes(try take(try number())))
        case 5:
            let place = try take(4)
            return (tag >> 3, .fixed32(place.reversed().reduce(0) { $0 << 8 | UInt32(bytes[$1]) }))
        default: throw Self.malformed
        }
    }

    /// Seven bits in each byte, the lowest first; the highest bit says that another byte follows.
    private mutating func number() throws(UnusableTokenizer) -> UInt64 {
        var (value, shift) = (UInt64(0), UInt64(0))
        while offset < end, shift < 64 {
            let byte = bytes[offset]
            offset += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
            shift += 7
        }
        throw Self.malformed
    }

    private mutating func take(_ count: UInt64) throws(UnusableTokenizer) -> Range<Int> {
        guard count <= UInt64(end - offset) else { throw Self.malformed }
        let start = offset
        offset += Int(count)
        return start..<offset
    }

    private static let malformed = UnusableTokenizer.model(
        "it is no protobuf message, or ends too early")
}
