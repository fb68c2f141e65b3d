/// The characters by which byte-level vocabularies write bytes: itself for a visible one, and one from U+0100 on for the others.
enum ByteAlphabet {
    /// By byte its character, below U+0144.
    static let characters: [UInt32] = {
        var (characters, next) = ([UInt32](), UInt32(0x100))
        for byte in UInt32(0)..<256 {
            let isVisible =
                (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte > 0xAD
            characters.append(isVisible ? byte : next)
            if !isVisible { next += 1 }
        }
        return characters
    }()

    /// By character its byte, and -1 for a character that stands for none.
    private static let bytes: [Int16] = {
        var bytes = [Int16](repeating: -1, count: 0x144)
        for (byte, character) in characters.enumerated() { bytes[Int(character)] = Int16(byte) }
        return bytes
    }()

    /// Appends the bytes that valid UTF-8 text of these characters stands for.
    ///
    /// - Returns: false if another character is in it.
    static func appendBytes(of text: Span<UInt8>, to result: inout [UInt8]) -> Bool {
        let bytes = bytes.span
        var offset = 0
        while offset < text.count {
            var character = Int(text[offset])
            offset += 1
            if character >= 0xE0 { return false }
            if character >= 0x80 {
                guard offset < text.count else { return false }
                character = (character & 0x1F) << 6 | Int(text[offset] & 0x3F)
                offset += 1
            }
            guard character < bytes.count, bytes[character] >= 0 else { return false }
            result.append(UInt8(truncatingIfNeeded: bytes[character]))
        }
        return true
    }

    /// Appends bytes as text of these characters.
    static func appendText(of bytes: Span<UInt8>, to result: inout [UInt8]) {
        for offset in bytes.indices { append(characters[Int(bytes[offset])], to: &result) }
    }

    private static func append(_ character: UInt32, to result: inout [UInt8]) {
        if character < 0x80 { return result.append(UInt8(character)) }
        result.append(UInt8(0xC0 | character >> 6))
        result.append(UInt8(0x80 | character & 0x3F))
    }
}
