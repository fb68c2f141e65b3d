internal import Glibc

extension ServerSentEvent {
    /// Whether one of an event's lines gives it a type, wherever the line stands.
    package static func has(type: StaticString, in raw: Span<UInt8>) -> Bool {
        var lines = EventLines(from: 0, to: raw.count)
        while let line = lines.next(raw) {
            guard !line.isEmpty else { continue }
            let field = EventField(raw, line)
            if field.name == .event, raw.extracting(field.value).isText(type) { return true }
        }
        return false
    }

    /// Whether nothing but line ends stands behind an event's first line feed; false where it has none, as one whose lines end otherwise.
    ///
    /// It is asked of every event: the C library's search takes a quarter of the instructions of ours.
    @inline(__always)
    package static func isOneLine(_ raw: Span<UInt8>) -> Bool {
        unsafe raw.withUnsafeBufferPointer { bytes in
            // Safety: the search ends with the bytes, and what it finds is one of them.
            guard let start = bytes.baseAddress,
                let end = unsafe memchr(start, Int32(Byte.lineFeed), bytes.count)
            else { return false }
            return unsafe UnsafeRawPointer(end) - UnsafeRawPointer(start) >= bytes.count - 3
        }
    }
}
