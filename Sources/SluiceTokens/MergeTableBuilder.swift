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

    consuming func finish() -> MergeTable { MergeTable(slots: slots.finish()) }
}
