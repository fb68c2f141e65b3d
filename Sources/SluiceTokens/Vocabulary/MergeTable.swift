/// Finds what two tokens merge into.
struct MergeTable: Sendable {
    /// Left, right and merged id, from the highest bits down; zero where a slot is empty. No merge makes the token 0.
    let slots: Table<UInt64>

    /// What `left` and `right` merge into, or ``Token/none``.
    @inline(__always)
    func merged(_ left: UInt32, _ right: UInt32) -> UInt32 {
        let key = Self.key(left, right)
        // A third of the slots is empty, so one of them ends the search.
        var slot = Hash.slot(Hash.mix(key), of: slots.count)
        while true {
            let entry = slots[slot]
            if entry == 0 { return Token.none }
            if entry &>> Token.bits == key {
                return UInt32(truncatingIfNeeded: entry) & (1 &<< UInt32(Token.bits) &- 1)
            }
            slot = (slot &+ 1) & (slots.count &- 1)
        }
    }

    @inline(__always)
    static func key(_ left: UInt32, _ right: UInt32) -> UInt64 {
        UInt64(left) &<< Token.bits | UInt64(right)
    }
}
