extension OutputSpan<UInt8> {
    /// Appends a copy of borrowed bytes, for which there must be room.
    @inline(__always)
    mutating func append(copying source: Span<UInt8>) {
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

    /// Appends a line's end.
    @inline(__always)
    mutating func appendLineEnd() {
        append(Byte.carriageReturn)
        append(Byte.lineFeed)
    }
}
