internal import Synchronization

/// Remembers which tokens merging leaves side by side, for all threads. The same pairs come again and again.
struct NeighbourMemory: Sendable {
    /// A filled slot has the highest bit, the pair, and the answer in the lowest bit.
    // Safety: atomic words, freed by the last that has them.
    private nonisolated(unsafe) let slots: UnsafeMutablePointer<Atomic<UInt64>>

    private static let count = 1 << 15
    private static let filled: UInt64 = 1 << 63

    init() {
        unsafe slots = .allocate(capacity: Self.count)
        // Safety: there is room for count of them.
        for index in 0..<Self.count { unsafe (slots + index).initialize(to: Atomic(0)) }
    }

    /// Gives the memory back; nothing may be asked after that.
    func free() { unsafe slots.deallocate() }

    /// The answer for this pair of ids, or nil if it is not remembered.
    @inline(__always)
    func answer(for key: UInt64) -> Bool? {
        // Safety: a slot's number is below the count.
        let entry = unsafe slots[Hash.slot(Hash.mix(key), of: Self.count)].load(ordering: .relaxed)
        return entry | 1 == Self.filled | key << 1 | 1 ? entry & 1 != 0 : nil
    }

    /// Takes the place of another pair.
    func remember(_ answer: Bool, for key: UInt64) {
        let entry = Self.filled | key << 1 | (answer ? 1 : 0)
        // Safety: as above. A word says all about its pair, so the order of writes does not matter.
        unsafe slots[Hash.slot(Hash.mix(key), of: Self.count)].store(entry, ordering: .relaxed)
    }
}
