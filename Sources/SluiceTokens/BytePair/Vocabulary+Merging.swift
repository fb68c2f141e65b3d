extension Vocabulary {
    /// Splits a piece that is no token itself, in time linear in its length: the tokens are in `scratch`, and how many is
    /// returned.
    ///
    /// The result is what merging pairs by rank gives, found from left to right: of the tokens that the rest begins with, the
    /// longest that merging leaves beside the one before; where there is none, the one before was wrong, and no token
    /// ends there again. The method is that of the `bpe` crate (https://github.com/github/rust-gems, MIT).
    func split(_ piece: Piece, scratch: inout PieceScratch) -> Int {
        let (text, start, end) = (piece.text, piece.start, piece.end)
        scratch.prepare(for: piece.count)
        var (position, count, last) = (start, 0, Token.none)
        var (candidate, after) = longest(in: text, from: position, to: end)
        while true {
            if scratch.mayEnd(at: after &- start), count == 0 || allows(last, before: candidate) {
                scratch[count] = candidate
                count &+= 1
                if after == end { return count }
                (position, last) = (after, candidate)
                (candidate, after) = longest(in: text, from: position, to: end)
                continue
            }
            candidate = list[candidate].prefix
            if candidate == Token.none {
                scratch.forbidEnd(at: position &- start)
                // Merging has a result, so there is always a token to go back to.
                precondition(count > 0, "merging has no result")
                count &-= 1
                candidate = last
                position &-= list[last].length
                last = count == 0 ? Token.none : scratch[count &- 1]
            }
            after = position &+ list[candidate].length
        }
    }

    @inline(__always)
    private func longest(in text: Text, from start: Int, to end: Int) -> (token: UInt32, end: Int) {
        let (token, tokenEnd) = trie.longest(in: text, from: start, to: end)
        return (token, tokenEnd > 0 ? tokenEnd : start &+ list[token].length)
    }

    /// Whether merging by rank leaves these two tokens side by side.
    @inline(__always)
    private func allows(_ first: UInt32, before second: UInt32) -> Bool {
        let key = MergeTable.key(first, second)
        if let answer = neighbours.answer(for: key) { return answer }
        let answer = Neighbours.stay(
            first, second, merged: { merges.merged($0, $1) },
            parts: { (list[$0].left, list[$0].right) })
        neighbours.remember(answer, for: key)
        return answer
    }
}
