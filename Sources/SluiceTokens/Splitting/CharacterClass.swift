/// What the patterns of the encodings tell apart in Unicode. Every code point has exactly one.
struct CharacterClass: OptionSet {
    let rawValue: UInt8

    /// `\p{Lu}` and `\p{Lt}`.
    static let upper = CharacterClass(rawValue: 1)
    /// `\p{Ll}`.
    static let lower = CharacterClass(rawValue: 2)
    /// `\p{Lm}` and `\p{Lo}`.
    static let caseless = CharacterClass(rawValue: 4)
    /// `\p{M}`.
    static let mark = CharacterClass(rawValue: 8)
    /// `\p{N}`.
    static let number = CharacterClass(rawValue: 16)
    /// `\s` without line ends.
    static let blank = CharacterClass(rawValue: 32)
    /// Carriage return and line feed.
    static let lineEnd = CharacterClass(rawValue: 64)
    /// Everything else.
    static let other = CharacterClass(rawValue: 128)

    /// `\p{L}`.
    static let letter: CharacterClass = [.upper, .lower, .caseless]
    /// `\s`.
    static let space: CharacterClass = [.blank, .lineEnd]
    /// `[^\s\p{L}\p{N}]`.
    static let symbol: CharacterClass = [.mark, .other]
}
