/// Reads characters of valid UTF-8 and their classes.
struct TextReader {
    let text: Text
    let classes: CharacterClasses

    /// The class of the character that begins at `offset`, and where it ends.
    @inline(__always)
    func character(at offset: Int) -> (class: CharacterClass, end: Int) {
        let kind = classes.ofByte(text[offset])
        return kind.isEmpty ? wideCharacter(at: offset) : (kind, offset &+ 1)
    }

    /// The same beyond ASCII. The text is valid UTF-8, so the first byte says how many there are.
    @inline(__always)
    private func wideCharacter(at offset: Int) -> (class: CharacterClass, end: Int) {
        let first = UInt32(text[offset])
        let second = UInt32(text[offset &+ 1] & 0x3F)
        if first < 0xE0 { return (classes.of((first & 0x1F) &<< 6 | second), offset &+ 2) }
        let third = UInt32(text[offset &+ 2] & 0x3F)
        if first < 0xF0 {
            return (classes.of((first & 0x0F) &<< 12 | second &<< 6 | third), offset &+ 3)
        }
        let fourth = UInt32(text[offset &+ 3] & 0x3F)
        let point = (first & 0x07) &<< 18 | second &<< 12 | third &<< 6 | fourth
        return (classes.of(point), offset &+ 4)
    }

    /// Where the run of characters in `set` ends that begins at `start`.
    @inline(__always)
    func run(of set: CharacterClass, from start: Int) -> Int {
        var offset = start
        if set.contains(.lower) {
            offset = text.letters(from: start, ofBothCases: set.contains(.upper))
        }
        while offset < text.count {
            let (kind, end) = character(at: offset)
            guard set.contains(kind) else { break }
            offset = end
        }
        return offset
    }

    /// Where the run of at most so many numbers ends that begins at `start`: `\p{N}{1,3}`.
    @inline(__always)
    func numbers(from start: Int, most: Int) -> Int {
        var offset = start
        for _ in 0..<most where offset < text.count {
            let (kind, end) = character(at: offset)
            guard kind == .number else { break }
            offset = end
        }
        return offset
    }

    /// The byte at `offset`, or zero beyond the end.
    @inline(__always)
    func byte(at offset: Int) -> UInt8 {
        offset < text.count ? text[offset] : 0
    }
}
