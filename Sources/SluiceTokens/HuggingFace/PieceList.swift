/// A text in pieces while it is cut, and rewritten.
struct PieceList {
    private(set) var bytes: [UInt8]
    private(set) var pieces: [Range<Int>]
    /// Whether the first piece is the beginning of all text.
    private var isStart: Bool
    /// Whether some pattern took too long, and its pieces are not cut.
    private(set) var isCut = true

    init(_ bytes: [UInt8], isStart: Bool) {
        self.bytes = bytes
        pieces = bytes.isEmpty ? [] : [0..<bytes.count]
        self.isStart = isStart
    }

    mutating func apply(_ step: PreTokenization) {
        switch step {
        case .split(let pattern, let behavior, let isInverted):
            split(behavior, inverted: isInverted) { pattern.forEachMatch(in: $0, $1, $2) }
        case .characters(let kind, let behavior):
            split(behavior) { Self.forEachCharacter(of: kind, in: $0, $1, $2) }
        case .words: split(.removed, inverted: true) { Self.forEachWord(in: $0, $1, $2) }
        case .byteLevel(let addsSpace, let splits, let spells):
            if addsSpace { prepend([UInt8(ascii: " ")]) { _ in true } }
            let pattern = SplitPattern.known(.p50k)
            if splits { split(.isolated) { pattern.forEachMatch(in: $0, $1, $2) } }
            if spells { rewrite { ByteAlphabet.appendText(of: $0, to: &$1) } }
        case .metaspace(let replacement, let prefix, let splits):
            rewrite { text, result in
                for offset in text.indices {
                    if text[offset] == UInt8(ascii: " ") {
                        result += replacement
                    } else {
                        result.append(text[offset])
                    }
                }
            }
            if prefix != .never {
                let isStart = isStart
                prepend(replacement) { prefix == .always || isStart && $0 == 0 }
            }
            if splits {
                split(.mergedWithNext) {
                    SplitPattern.text(replacement).forEachMatch(in: $0, $1, $2)
                }
            }
        }
    }

    /// Turns text in the alphabet of bytes into these.
    mutating func unspell() {
        rewrite { _ = ByteAlphabet.appendBytes(of: $0, to: &$1) }
    }

    private mutating func split(
        _ behavior: SplitBehavior, inverted isInverted: Bool = false,
        by match: (Text, Range<Int>, (Range<Int>) -> Void) -> Bool
    ) {
        var (result, parts, isDone) = ([Range<Int>](), [SplitBehavior.Part](), true)
        result.reserveCapacity(2 * pieces.count)
        // Safety: the text does not leave the closure.
        bytes.withUnsafeBufferPointer { buffer in
            let text = unsafe Text(buffer)
            for piece in pieces {
                // Where one took too long, as many others might.
                guard isDone else {
                    result.append(piece)
                    continue
                }
                parts.removeAll(keepingCapacity: true)
                var end = piece.lowerBound
                let isComplete = match(text, piece) { match in
                    if end < match.lowerBound {
                        parts.append(.init(range: end..<match.lowerBound, isMatch: isInverted))
                    }
                    parts.append(.init(range: match, isMatch: !isInverted))
                    end = match.upperBound
                }
                if end < piece.upperBound {
                    parts.append(.init(range: end..<piece.upperBound, isMatch: isInverted))
                }
                isDone = isComplete
                behavior.append(parts, to: &result)
            }
        }
        if pieces.first?.lowerBound != result.first?.lowerBound { isStart = false }
        pieces = result
        isCut = isCut && isDone
    }

    /// Puts something before the pieces that do not begin with it, as far as `isWanted` says so of their number.
    private mutating func prepend(_ prefix: [UInt8], where isWanted: (Int) -> Bool) {
        var number = 0
        rewrite { text, result in
            let hasIt =
                text.count >= prefix.count && prefix.indices.allSatisfy { text[$0] == prefix[$0] }
            if !hasIt, isWanted(number) { result += prefix }
            for offset in text.indices { result.append(text[offset]) }
            number += 1
        }
    }

    private mutating func rewrite(_ body: (Span<UInt8>, inout [UInt8]) -> Void) {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + pieces.count)
        let old = bytes
        for number in pieces.indices {
            let start = result.count
            body(old.span.extracting(pieces[number]), &result)
            pieces[number] = start..<result.count
        }
        bytes = result
    }

    private static func forEachCharacter(
        of kind: PreTokenization.CharacterKind, in text: Text, _ range: Range<Int>,
        _ body: (Range<Int>) -> Void
    ) -> Bool {
        var offset = range.lowerBound
        while offset < range.upperBound, let (scalar, end) = Scalars.first(in: text, from: offset) {
            if kind.contains(scalar) { body(offset..<end) }
            offset = end
        }
        return true
    }

    private static func forEachWord(
        in text: Text, _ range: Range<Int>, _ body: (Range<Int>) -> Void
    ) -> Bool {
        var (offset, start, wasWord) = (range.lowerBound, range.lowerBound, Bool?.none)
        while offset < range.upperBound, let (scalar, end) = Scalars.first(in: text, from: offset) {
            let isWord = Scalars.isWord(scalar)
            let kind = !isWord && scalar.properties.isWhitespace ? nil : Optional(isWord)
            if kind != wasWord {
                if wasWord != nil { body(start..<offset) }
                (start, wasWord) = (offset, kind)
            }
            offset = end
        }
        if wasWord != nil { body(start..<range.upperBound) }
        return true
    }
}
