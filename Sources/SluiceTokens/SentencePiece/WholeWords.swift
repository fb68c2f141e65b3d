internal import Synchronization

/// Remembers of pieces, for all threads, whether a word of just that text becomes that piece: nearly always, but merging may take
/// another way.
final class WholeWords: Sendable {
    /// For each symbol: not known, whole, or not.
    // Safety: atomic bytes, which live as long as this value.
    private nonisolated(unsafe) let answers: UnsafeMutablePointer<Atomic<UInt8>>
    private let count: Int

    init(symbols count: Int) {
        self.count = count
        unsafe answers = .allocate(capacity: count)
        // Safety: there is room for count of them.
        for index in 0..<count { unsafe (answers + index).initialize(to: Atomic(0)) }
    }

    deinit {
        unsafe answers.deinitialize(count: count)
        unsafe answers.deallocate()
    }

    /// Nil if that is not known yet.
    @inline(__always)
    func isWhole(_ symbol: UInt32) -> Bool? {
        precondition(symbol < count)
        // Safety: the symbol is below the count.
        let answer = unsafe answers[Int(symbol)].load(ordering: .relaxed)
        return answer == 0 ? nil : answer == 1
    }

    /// All threads find the same, so the order of writes does not matter.
    func remember(_ isWhole: Bool, of symbol: UInt32) {
        precondition(symbol < count)
        // Safety: as above.
        unsafe answers[Int(symbol)].store(isWhole ? 1 : 2, ordering: .relaxed)
    }
}
