/// A part of a text that tokens do not reach beyond.
struct Piece {
    var text: Text
    var start: Int
    var end: Int

    @inline(__always)
    var count: Int { end &- start }

    @inline(__always)
    var hash: UInt64 {
        count > 8
            ? Hash.of(text, from: start, length: count)
            : Hash.mix(text.word(at: start, length: count))
    }

    /// Whether the same bytes stand at `place` of the text.
    @inline(__always)
    func isRepeated(at place: Int) -> Bool {
        count > 8
            ? text.matches(text, at: place, from: start, length: count)
            : text.word(at: place, length: count) == text.word(at: start, length: count)
    }
}
