internal import SluiceJSON

/// The text that a stream has brought, kept for a count at its end where the provider tells none, as when it is cut.
public struct ProducedText: Sendable {
    /// What is kept, in bytes; more is only measured.
    public static let limit = 1 << 20

    /// Has, at its beginning, the text as it stands in JSON strings, without their quotes. It grows ahead of the text, so that most
    /// appends are a few moves of bytes.
    private var buffer: [UInt8] = []
    /// What is kept of it, in bytes.
    private var count = 0
    /// What came, in bytes.
    private var length = 0
    private var hasEscapes = false

    /// No text.
    public init() {}

    /// Whether nothing came.
    public var isEmpty: Bool { length == 0 }
    /// What came, in bytes, as it stood in JSON strings.
    public var size: Int { length }

    /// Takes what stands between the quotes of a JSON string.
    ///
    /// - Parameter range: where the text stands in the bytes.
    public mutating func append(_ bytes: Span<UInt8>, _ range: Range<Int>, hasEscapes: Bool) {
        length &+= range.count
        guard length <= Self.limit else { return }
        if hasEscapes { self.hasEscapes = true }
        if length &+ 8 > buffer.count { grow() }
        let end = count
        // Most texts are short: what is copied too much is overwritten by the next one.
        if range.count <= 8, range.lowerBound &+ 8 <= bytes.count {
            // Safety: eight bytes from there on lie inside both; the buffer has eight more than its text.
            let word = unsafe bytes.bytes.unsafeLoadUnaligned(
                fromUncheckedByteOffset: range.lowerBound, as: UInt64.self)
            unsafe buffer.withUnsafeMutableBytes {
                unsafe $0.storeBytes(of: word, toByteOffset: end, as: UInt64.self)
            }
        } else {
            for index in range { buffer[end &+ index &- range.lowerBound] = bytes[index] }
        }
        count = length
    }

    @inline(never)
    private mutating func grow() {
        let size = min(Self.limit, max(512, 2 * length)) + 8
        buffer += repeatElement(0, count: size - buffer.count)
    }

    /// The text that was kept, and how many times as much there was. Takes a millisecond for a megabyte.
    package func kept() -> (text: [UInt8], factor: Double) {
        guard count > 0 else { return ([], 1) }
        return (text(from: 0), Double(length) / Double(count))
    }

    /// Whether there was text, and nothing of it is kept: already the first was too long.
    var isLost: Bool { count == 0 && length > 0 }

    /// Whether all that came is kept.
    public var isWhole: Bool { count == length }

    /// What was kept from an offset on that ``size`` had between two events.
    public func text(from offset: Int) -> [UInt8] {
        guard offset < count else { return [] }
        let escaped = Array(buffer[max(0, offset)..<count])
        guard hasEscapes, escaped.contains(UInt8(ascii: "\\")) else { return escaped }
        let quoted = Array("[\"".utf8) + escaped + Array("\"]".utf8)
        let text = (try? JSONDocument(parsing: quoted))?.root[0]?.string
        return text.map { Array($0.utf8) } ?? escaped
    }
}
