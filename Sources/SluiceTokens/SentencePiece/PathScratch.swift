/// The best ways through one word, and room for its tokens. It is used for one word after another.
struct PathScratch: ~Copyable {
    /// The best way to an end in the word.
    struct Step: BitwiseCopyable {
        var score: Float
        /// Where its last piece begins; -1 if nothing ends here yet.
        var start: Int
        var id: UInt32
    }

    var steps: [Step] = []
    /// Where the pieces of the best way end, the last one first.
    var ends: [Int] = []
    var tokens = PieceScratch()

    /// - Parameter score: that of the best way to the word.
    mutating func prepare(for length: Int, score: Float) {
        steps.removeAll(keepingCapacity: true)
        steps.append(
            contentsOf: repeatElement(Step(score: 0, start: -1, id: 0), count: length &+ 1))
        steps[0].score = score
        tokens.prepare(for: length)
    }
}
