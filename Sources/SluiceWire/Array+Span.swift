extension [UInt8] {
    /// Appends a copy of borrowed bytes.
    ///
    /// - Parameter span: the bytes to copy; they need not outlive the call.
    public mutating func append(copying span: Span<UInt8>) {
        append(addingCapacity: span.count) { $0.append(copying: span) }
    }
}

extension String {
    /// The bytes of `range` as text; what is not UTF-8 becomes U+FFFD.
    init(copying range: Range<Int>, of span: Span<UInt8>) {
        let part = span.extracting(range)
        // Safety: the buffer is read only during the call, while the span is borrowed.
        self = unsafe part.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }
}
