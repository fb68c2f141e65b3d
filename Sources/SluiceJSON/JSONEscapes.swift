internal import CSluiceJSON

extension JSONDocument {
    /// The text of a string, its escapes decoded. A lone surrogate, which RFC 8259 lets pass,
    /// becomes U+FFFD.
    func text(of entry: JSONEntry) -> String {
        guard entry.isEscaped else {
            // Safety: the buffer is read only during the call, while the bytes are borrowed.
            return bytes.span.extracting(entry.inside).withUnsafeBufferPointer {
                String(decoding: $0, as: UTF8.self)
            }
        }
        let inside = bytes[entry.inside]
        return String(unsafeUninitializedCapacity: inside.count) { unescape(inside, into: $0) }
    }

    /// The same as bytes.
    func decodedBytes(of entry: JSONEntry) -> [UInt8] {
        let inside = bytes[entry.inside]
        guard entry.isEscaped else { return Array(inside) }
        return Array(unsafeUninitializedCapacity: inside.count) { text, count in
            count = unescape(inside, into: text)
        }
    }
}

/// Writes what the inside of a checked string says, which is never longer than the inside.
private func unescape(_ inside: ArraySlice<UInt8>, into text: UnsafeMutableBufferPointer<UInt8>)
    -> Int
{
    // Safety: both callers give room for `inside.count` bytes, and neither pointer leaves the call.
    inside.withUnsafeBufferPointer { inside in
        guard let room = text.baseAddress else { return 0 }
        return sluice_json_unescape(inside.baseAddress, inside.count, room)
    }
}
