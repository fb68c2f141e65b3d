/// Makes a ``MergeTable`` merge by merge.
struct MergeTableBuilder: ~Copyable {
    private var slots: TableBuilder<UInt64>

    init(merges: Int) {
        slots = TableBuilder(repeating: 0, count: Hash.slots(for: merges))
    }

    mutating func add(_ left: UInt32, _ right: UInt32, merged id: UInt32) {
        let key = MergeTable.key(left, right)
        var slot = Hash.slot(Hash.mix(key), of: slots.count)
        while slots[slot] != 0 { slot = (slot &+ 1) & (slots.count &- 1) }
        slots[slot] = key << Token.bits | UInt64(id)
    }

    /// What two tokens merge into by what was added so far, or ``Token/none``.
    func merged(_ left: UInt32, _ right: UInt32) -> UInt32 {
        let key = MergeTable.key(left, right)
        var slot = Hash.slot(Hash.mix(key), of: slots.count)
        while true {
            let entry = slots[slot]
            if entry == 0 { return Token.none }
            if entry >> Token.bits == key {
                return UInt32(truncatingIfNeeded: entry) & (1 << UInt32(Token.bits) - 1)
            }
            slot = (slot &+ 1) & (slots.count &- 1)
        }
    }

    consuming func finish() -> MergeTable { MergeTable(slots: slots.finish()) }
}
