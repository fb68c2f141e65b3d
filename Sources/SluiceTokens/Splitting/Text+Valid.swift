extension Text {
    /// Calls with the bytes as a text, which must not leave the closure. What is no UTF-8 in them is U+FFFD there, as in
    /// `String(decoding:as:)`.
    @inline(__always)
    static func withValid(_ bytes: Span<UInt8>, _ body: (Text) -> Void) {
        if (try? UTF8Span(validating: bytes)) != nil {
            with(bytes, body)
        } else {
            // Safety: the bytes are copied.
            let mended = bytes.withUnsafeBufferPointer {
                unsafe String(decoding: $0, as: UTF8.self)
            }
            with(mended.utf8.span, body)
        }
    }

    private static func with(_ bytes: Span<UInt8>, _ body: (Text) -> Void) {
        // Safety: the bytes are there until the closure ends.
        bytes.withUnsafeBufferPointer { body(unsafe Text($0)) }
    }
}
