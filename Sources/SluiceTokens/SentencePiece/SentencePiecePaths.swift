/// Splits what a normalizer made of a text into the pieces whose scores have the highest sum: Viterbi's algorithm.
struct SentencePiecePaths: Sendable {
    /// All pieces of text that are used.
    let pieces: PieceTrie
    /// By id. A sum is rounded to single precision only when it is kept, as in SentencePiece.
    let scores: [Double]
    let unknownScore: Float
    let unknown: UnknownTokens

    /// An unknown character has a score so much lower than any piece.
    private static let penalty: Float = 10

    init(
        _ model: SentencePieceModel, unknown: UnknownTokens
    ) throws(UnusableTokenizer) {
        let normal = model.entries.filter { $0.kind == .normal }.map(\.score)
        let highest = normal.reduce(Float.leastNormalMagnitude, max)
        unknownScore = normal.reduce(Float.greatestFiniteMagnitude, min) - Self.penalty
        scores = model.entries.map {
            $0.kind == .userDefined
                ? Double(Float($0.place.count) * highest) - 0.1 : Double($0.score)
        }
        let used = model.entries.enumerated().filter { $1.isText && $1.kind != .unused }
        pieces = try PieceTrie(used.map { ($1.place, UInt32($0)) }, of: model.bytes)
        self.unknown = unknown
    }

    /// Leaves the tokens of a word in `scratch.tokens` and tells their number.
    ///
    /// - Parameter score: that of the best way to the word's beginning; it becomes that of the way to its end. So sums are rounded as
    ///   if the text were one word.
    func split(_ word: Piece, score: inout Float, _ scratch: inout PathScratch) -> Int {
        scratch.prepare(for: word.count, score: score)
        var start = 0
        while start < word.count { start &+= extend(word, from: start, &scratch.steps) }
        score = scratch.steps[word.count].score
        return collect(word, &scratch)
    }

    /// Goes on with every piece at `start`, and tells how long the character there is.
    @inline(__always)
    private func extend(_ word: Piece, from start: Int, _ steps: inout [PathScratch.Step]) -> Int {
        let length = word.text.characterLength(at: word.start &+ start)
        let before = steps[start].score
        var (node, offset, hasCharacter) = (UInt32(0), start, false)
        while offset < word.count,
            let next = pieces.child(of: node, word.text[word.start &+ offset])
        {
            (node, offset) = (next, offset &+ 1)
            let id = pieces.value(of: node)
            guard id != PieceTrie.Unit.none else { continue }
            let score = scores[Int(id)] + Double(before)
            if steps[offset].start < 0 || score > Double(steps[offset].score) {
                steps[offset] = PathScratch.Step(score: Float(score), start: start, id: id)
            }
            if offset &- start == length { hasCharacter = true }
        }
        guard !hasCharacter else { return length }
        let (end, score) = (start &+ length, unknownScore + before)
        if steps[end].start < 0 || score > steps[end].score {
            steps[end] = PathScratch.Step(score: score, start: start, id: unknown.id)
        }
        return length
    }

    /// The best way is known from its end, so the ends of its pieces are gathered first.
    private func collect(_ word: Piece, _ scratch: inout PathScratch) -> Int {
        scratch.ends.removeAll(keepingCapacity: true)
        var end = word.count
        while end > 0 {
            scratch.ends.append(end)
            end = scratch.steps[end].start
        }
        var count = 0
        for index in scratch.ends.indices.reversed() {
            let end = scratch.ends[index]
            let step = scratch.steps[end]
            if step.id == unknown.id {
                let place = word.start &+ step.start..<word.start &+ end
                unknown.add(word.text, place, to: &scratch.tokens, &count)
            } else {
                scratch.tokens[count] = step.id
                count &+= 1
            }
        }
        return count
    }
}
