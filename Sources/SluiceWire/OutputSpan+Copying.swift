extension OutputSpan<UInt8> {
    /// Appends a copy of borrowed bytes, for which there must be room.
    @inlinable @inline(__always)
    package mutating func append(copying source: Span<UInt8>) {
        precondition(source.count <= freeCapacity, "no room for the bytes")
        // Safety: there is room, so the copied bytes stay inside the buffer, and neither pointer leaves the closures.
        unsafe withUnsafeMutableBufferPointer { buffer, count in
            unsafe source.withUnsafeBufferPointer { source in
                guard let from = source.baseAddress, let to = buffer.baseAddress else { return }
                unsafe (to + count).initialize(from: from, count: source.count)
                count += source.count
            }
        }
    }

    /// Appends eight bytes in the machine's order.
    @inline(__always)
    mutating func append(word: UInt64) {
        precondition(freeCapacity >= 8, "no room for a word")
        // Safety: there is room for eight bytes behind the count, and the pointer stays in the closure.
        unsafe withUnsafeMutableBufferPointer { buffer, count in
            guard let to = buffer.baseAddress else { return }
            unsafe UnsafeMutableRawPointer(to + count).storeBytes(of: word, as: UInt64.self)
            count += 8
        }
    }

    /// Appends a text of the program's.
    @inlinable @inline(__always)
    package mutating func append(text: StaticString) {
        text.withUTF8Buffer { append(copying: $0.span) }
    }

    /// Appends a line's end.
    @inline(__always)
    mutating func appendLineEnd() {
        append(Byte.carriageReturn)
        append(Byte.lineFeed)
    }
}
