/// Which characters stand side by side in any piece. Between two that do not, a text can be cut: no token reaches across.
///
/// Of a pair only a bit of its hash is kept, so another pair may be taken for one; then the text is not cut there, which does no
/// harm.
struct CharacterPairs: Sendable {
    private var bits: [UInt64]

    /// - Parameter pairs: about how many there will be.
    init(_ pairs: Int) {
        bits = [UInt64](repeating: 0, count: max(16, Hash.slots(for: 16 * pairs) / 64))
    }

    mutating func add(_ left: UInt32, _ right: UInt32) {
        let bit = bit(left, right)
        bits[bit >> 6] |= 1 << UInt64(bit & 63)
    }

    @inline(__always)
    func contains(_ left: UInt32, _ right: UInt32) -> Bool {
        let bit = bit(left, right)
        return bits[bit &>> 6] &>> UInt64(truncatingIfNeeded: bit & 63) & 1 != 0
    }

    @inline(__always)
    private func bit(_ left: UInt32, _ right: UInt32) -> Int {
        Hash.slot(Hash.mix(UInt64(left) &<< 32 | UInt64(right)), of: bits.count &<< 6)
    }

    /// Where the part of the text ends that begins at `start`, which is the beginning of a character.
    @inline(__always)
    func end(of text: Text, from start: Int) -> Int {
        var length = text.characterLength(at: start)
        var (offset, left) = (start &+ length, text.character(at: start, length: length))
        while offset < text.count {
            length = text.characterLength(at: offset)
            let right = text.character(at: offset, length: length)
            if !contains(left, right) { break }
            (offset, left) = (offset &+ length, right)
        }
        return offset
    }
}
