/// The symbols of one word while they merge, and room for its tokens. It is used for one word after another.
struct SymbolScratch: ~Copyable {
    /// One more pair that may merge.
    struct Candidate: BitwiseCopyable {
        /// Its rank and, below, its place: the lowest is merged first.
        var order: UInt64
        var merged: UInt32
    }

    /// Symbols by their places; a merged one has the place of its left part.
    var symbols: [UInt32] = []
    /// Where each begins in the text.
    var starts: [Int] = []
    /// Ranks of what the symbol merges into with the next one, and below that itself; in short words.
    var orders: [UInt64] = []
    /// The places beside each, in long words.
    var next: [Int32] = []
    var previous: [Int32] = []
    /// A heap in which each has four below it; the first candidate is at its top.
    var candidates: [Candidate] = []
    /// What falls apart into what, of pieces that are not used.
    var parts: [UInt32: (UInt32, UInt32)] = [:]
    var pieces = PieceScratch()

    mutating func removeAll() {
        symbols.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
        candidates.removeAll(keepingCapacity: true)
    }

    mutating func prepareOrders(_ count: Int) {
        if orders.count < count { orders += repeatElement(.max, count: max(64, count)) }
    }

    /// Puts the symbols into a list, of which any can be taken out.
    mutating func link(_ count: Int) {
        next = (0..<Int32(count)).map { $0 + 1 }
        previous = (0..<Int32(count)).map { $0 - 1 }
        parts.removeAll()
    }

    /// Closes the gaps that merging leaves.
    mutating func removeMerged() {
        var count = 0
        for place in symbols.indices where starts[place] >= 0 {
            (symbols[count], starts[count]) = (symbols[place], starts[place])
            count &+= 1
        }
        symbols.removeLast(symbols.count - count)
        starts.removeLast(starts.count - count)
    }

    mutating func push(_ candidate: Candidate) {
        candidates.append(candidate)
        var index = candidates.count &- 1
        while index > 0 {
            let parent = (index &- 1) &>> 2
            guard candidate.order < candidates[parent].order else { break }
            candidates[index] = candidates[parent]
            index = parent
        }
        candidates[index] = candidate
    }

    mutating func pop() -> Candidate? {
        guard let first = candidates.first, let last = candidates.popLast() else { return nil }
        let count = candidates.count
        guard count > 0 else { return first }
        var index = 0
        while true {
            var child = 4 &* index &+ 1
            guard child < count else { break }
            for other in child &+ 1..<max(child &+ 1, min(child &+ 4, count))
            where candidates[other].order < candidates[child].order {
                child = other
            }
            guard candidates[child].order < last.order else { break }
            candidates[index] = candidates[child]
            index = child
        }
        candidates[index] = last
        return first
    }
}
