/// Finds what was probably meant.
enum EditDistance {
    /// The candidate nearest to `word`, if it is near enough to be worth a question.
    ///
    /// Near enough is one slip for short words, and one for every three letters of longer ones, up to three; or else that one of the two
    /// begins with the other, of three letters at least.
    static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
        let limit = min(3, max(1, word.count / 3))
        var best: (distance: Int, candidate: String)?
        for candidate in candidates.sorted() where abs(candidate.count - word.count) <= limit {
            let distance = between(word.lowercased(), candidate.lowercased())
            if distance <= limit, distance < (best?.distance ?? .max) {
                best = (distance, candidate)
            }
        }
        return best?.candidate ?? sharingBeginning(with: word, among: candidates)
    }

    private static func sharingBeginning(
        with word: String, among candidates: some Sequence<String>
    ) -> String? {
        let word = word.lowercased()
        let fitting = candidates.sorted().filter { candidate in
            let candidate = candidate.lowercased()
            return min(word.count, candidate.count) >= 3
                && (word.hasPrefix(candidate) || candidate.hasPrefix(word))
        }
        return fitting.min { abs($0.count - word.count) < abs($1.count - word.count) }
    }

    /// The number of letters to insert, drop, replace or swap with their neighbour (optimal string alignment).
    static func between(_ first: String, _ second: String) -> Int {
        let a = Array(first.utf8)
        let b = Array(second.utf8)
        var beforePrevious = [Int](repeating: 0, count: b.count + 1)
        var previous = Array(0...b.count)
        for i in a.indices {
            var current = [i + 1] + [Int](repeating: 0, count: b.count)
            for j in b.indices {
                let cost = a[i] == b[j] ? 0 : 1
                current[j + 1] = min(current[j] + 1, previous[j + 1] + 1, previous[j] + cost)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    current[j + 1] = min(current[j + 1], beforePrevious[j - 1] + 1)
                }
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[b.count]
    }
}
