/// What becomes of the matches of a `Split`.
enum SplitBehavior: String, Sendable {
    case removed = "Removed"
    case isolated = "Isolated"
    case mergedWithPrevious = "MergedWithPrevious"
    case mergedWithNext = "MergedWithNext"
    case contiguous = "Contiguous"

    /// A part of a text: a match, or what is between two.
    struct Part {
        var range: Range<Int>
        var isMatch: Bool
    }

    /// Appends the pieces that the parts of a text become.
    func append(_ parts: [Part], to pieces: inout [Range<Int>]) {
        let start = pieces.count
        switch self {
        case .removed:
            for part in parts where !part.isMatch { pieces.append(part.range) }
        case .isolated:
            for part in parts { pieces.append(part.range) }
        case .contiguous:
            var wasMatch: Bool?
            for part in parts {
                if part.isMatch == wasMatch {
                    Self.extend(&pieces, to: part.range.upperBound)
                } else {
                    pieces.append(part.range)
                }
                wasMatch = part.isMatch
            }
        case .mergedWithPrevious:
            var wasMatch = false
            for part in parts {
                if part.isMatch, !wasMatch, pieces.count > start {
                    Self.extend(&pieces, to: part.range.upperBound)
                } else {
                    pieces.append(part.range)
                }
                wasMatch = part.isMatch
            }
        case .mergedWithNext:
            // A match goes to what follows, unless that is a match as well.
            for (number, part) in parts.enumerated() {
                let before = number > 0 ? parts[number - 1] : nil
                if let before, before.isMatch, !part.isMatch {
                    Self.extend(&pieces, to: part.range.upperBound)
                } else {
                    pieces.append(part.range)
                }
            }
        }
        if pieces[start...].contains(where: \.isEmpty) {
            let kept = pieces[start...].filter { !$0.isEmpty }
            pieces.replaceSubrange(start..., with: kept)
        }
    }

    private static func extend(_ pieces: inout [Range<Int>], to end: Int) {
        let last = pieces.count - 1
        pieces[last] = pieces[last].lowerBound..<end
    }
}
