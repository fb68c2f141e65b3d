/// What two symbols that stand side by side merge into.
///
/// A symbol is a piece or a character of one; its number is never zero, which stands for what does not merge.
struct SymbolMerges: Sendable {
    /// Left, right and merged symbol, from the highest bits down; zero where a slot is empty.
    private var slots: [UInt64]
    private var count = 0

    /// Symbols have so many bits, so that three of them fit into a word.
    static let bits: UInt64 = 20
    static let highest = 1 << 20 - 1

    /// - Parameter merges: about how many there will be.
    init(merges: Int) { slots = [UInt64](repeating: 0, count: Hash.slots(for: merges)) }

    /// The merged symbol, or zero.
    @inline(__always)
    func merged(_ left: UInt32, _ right: UInt32) -> UInt32 {
        let key = Self.key(left, right)
        // A third of the slots is empty, so one of them ends the search.
        var slot = Hash.slot(Hash.mix(key), of: slots.count)
        while true {
            let entry = slots[slot]
            if entry == 0 { return 0 }
            if entry &>> Self.bits == key {
                return UInt32(truncatingIfNeeded: entry) & (1 &<< UInt32(Self.bits) &- 1)
            }
            slot = (slot &+ 1) & (slots.count &- 1)
        }
    }

    mutating func add(_ left: UInt32, _ right: UInt32, merged: UInt32) {
        if 3 * (count + 1) > 2 * slots.count { grow() }
        insert(Self.key(left, right) << Self.bits | UInt64(merged))
        count += 1
    }

    private mutating func insert(_ entry: UInt64) {
        var slot = Hash.slot(Hash.mix(entry >> Self.bits), of: slots.count)
        while slots[slot] != 0 { slot = (slot &+ 1) & (slots.count &- 1) }
        slots[slot] = entry
    }

    private mutating func grow() {
        let entries = slots
        slots = [UInt64](repeating: 0, count: 2 * entries.count)
        for entry in entries where entry != 0 { insert(entry) }
    }

    @inline(__always)
    private static func key(_ left: UInt32, _ right: UInt32) -> UInt64 {
        UInt64(left) &<< bits | UInt64(right)
    }
}
