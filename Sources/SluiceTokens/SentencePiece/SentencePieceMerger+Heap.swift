extension SentencePieceMerger {
    /// Merges a long word. It takes time in proportion to n log n, as every merge brings two new candidates at most.
    func mergeByHeap(_ scratch: inout SymbolScratch) {
        let count = scratch.symbols.count
        scratch.link(count)
        for place in 1..<max(1, count) { propose(place &- 1, place, &scratch) }
        while let candidate = scratch.pop() {
            let left = Int(truncatingIfNeeded: candidate.order & 0xFFFF_FFFF)
            let right = Int(scratch.next[left])
            // What was proposed may be gone: a part of it has merged with another.
            guard scratch.symbols[left] != 0, right < count, scratch.symbols[right] != 0,
                length(left, scratch) &+ length(right, scratch)
                    == table.lengths[Int(candidate.merged)]
            else { continue }
            scratch.symbols[left] = candidate.merged
            scratch.symbols[right] = 0
            scratch.starts[right] = -1
            let after = scratch.next[right]
            scratch.next[left] = after
            if after < count { scratch.previous[Int(after)] = Int32(left) }
            if scratch.previous[left] >= 0 {
                propose(Int(scratch.previous[left]), left, &scratch)
            }
            if after < count { propose(left, Int(after), &scratch) }
        }
        scratch.removeMerged()
    }

    private func propose(_ left: Int, _ right: Int, _ scratch: inout SymbolScratch) {
        let (first, second) = (scratch.symbols[left], scratch.symbols[right])
        let merged = table.merges.merged(first, second)
        guard merged != 0 else { return }
        let order = UInt64(table.ranks[Int(merged)]) &<< 32 | UInt64(left)
        scratch.push(SymbolScratch.Candidate(order: order, merged: merged))
        if !table.unused.isEmpty, table.unused.contains(merged) {
            scratch.parts[merged] = (first, second)
        }
    }

    private func length(_ place: Int, _ scratch: borrowing SymbolScratch) -> UInt32 {
        table.lengths[Int(scratch.symbols[place])]
    }
}
