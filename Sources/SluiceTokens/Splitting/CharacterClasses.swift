internal import CSluiceVocabularies

/// The class of every code point, in the Unicode version of tiktoken's pattern engine.
struct CharacterClasses: Sendable {
    /// For each 128 code points the number of their block.
    private let blocks: Table<UInt8>
    private let classes: Table<UInt8>
    /// By byte the class of an ASCII character, and no class from 0x80 on.
    private let bytes: Table<UInt8>

    static let shared = CharacterClasses()

    private init() {
        let resource = sluice_character_classes()
        let all = unsafe Table(constant: resource.bytes, count: resource.count)
        blocks = all.slice(from: 0, count: 0x110000 / 128)
        classes = all.slice(from: blocks.count, count: all.count - blocks.count)
        // The first block has number 0.
        var bytes = TableBuilder<UInt8>(repeating: 0, count: 256)
        for byte in 0..<128 { bytes[byte] = classes[byte] }
        self.bytes = bytes.finish()
    }

    /// The class of a character of one byte; empty if the byte is a part of a longer one.
    @inline(__always)
    func ofByte(_ byte: UInt8) -> CharacterClass {
        CharacterClass(rawValue: bytes[Int(byte)])
    }

    /// The class of a code point below 0x110000.
    @inline(__always)
    func of(_ point: UInt32) -> CharacterClass {
        let block = blocks[Int(point &>> 7)]
        return CharacterClass(rawValue: classes[Int(block) &<< 7 | Int(point & 0x7F)])
    }
}
