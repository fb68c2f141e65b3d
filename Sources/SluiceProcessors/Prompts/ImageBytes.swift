/// The beginning of an image's file, read with bounds.
struct ImageBytes {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// A number with its highest byte first; nil where the bytes end before it does.
    func number(_ start: Int, _ length: Int) -> Int? {
        guard start + length <= bytes.count else { return nil }
        return bytes[start..<start + length].reduce(0) { $0 << 8 | Int($1) }
    }

    /// A number with its lowest byte first.
    func littleNumber(_ start: Int, _ length: Int) -> Int? {
        guard start + length <= bytes.count else { return nil }
        return bytes[start..<start + length].reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    func has(_ text: String, at start: Int) -> Bool {
        bytes.dropFirst(start).starts(with: text.utf8)
    }
}
