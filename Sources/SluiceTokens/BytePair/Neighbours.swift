/// Whether merging leaves two tokens side by side.
enum Neighbours {
    /// The merges that made the two are taken back, the latest first. If on the way the tokens at the border would have merged
    /// before what is now taken back, they would not have become these two. The left one goes first among equals.
    ///
    /// - Parameters:
    ///   - merged: what two tokens merge into, or ``Token/none``.
    ///   - parts: what a token was merged of; twice itself if of nothing.
    @inline(__always)
    static func stay(
        _ first: UInt32, _ second: UInt32, merged: (UInt32, UInt32) -> UInt32,
        parts: (UInt32) -> (left: UInt32, right: UInt32)
    ) -> Bool {
        var (left, right, limit) = (first, second, UInt32.max)
        while true {
            // None is the highest id, so it is never below the limit.
            if merged(left, right) < limit { return false }
            if left > right {
                limit = left
                left = parts(left).right
                guard left == limit else { continue }
                limit = right &+ 1
                right = parts(right).left
                if right &+ 1 == limit { return true }
            } else {
                limit = right &+ 1
                right = parts(right).left
                guard right &+ 1 == limit else { continue }
                limit = left
                left = parts(left).right
                if left == limit { return true }
            }
        }
    }
}
