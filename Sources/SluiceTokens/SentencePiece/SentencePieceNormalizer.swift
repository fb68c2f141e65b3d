/// What becomes of a text before it is split: characters are replaced, spaces become `▁`.
struct SentencePieceNormalizer {
    private let map: CharacterMap?
    /// Texts that stay as they are.
    private let symbols: PieceTrie
    private let treatsSpaceAsSuffix: Bool
    private let addsDummyPrefix: Bool
    private let removesExtraSpaces: Bool
    private let escapesSpaces: Bool

    private static let space = UInt8(ascii: " ")
    /// U+2581.
    private static let escapedSpace: [UInt8] = [0xE2, 0x96, 0x81]

    init(_ model: SentencePieceModel, symbols: PieceTrie) throws(UnusableTokenizer) {
        map =
            model.characterMap.isEmpty
            ? nil : try CharacterMap(model.bytes[model.characterMap])
        self.symbols = symbols
        treatsSpaceAsSuffix = model.treatsSpaceAsSuffix
        addsDummyPrefix = model.addsDummyPrefix
        removesExtraSpaces = model.removesExtraSpaces
        escapesSpaces = model.escapesSpaces
    }

    /// The text of valid UTF-8, as the model splits it.
    func normalize(_ text: Text) -> [UInt8] {
        var result: [UInt8] = []
        var offset = removesExtraSpaces ? endOfLeadingSpaces(text) : 0
        guard offset < text.count else { return result }
        result.reserveCapacity(text.count + text.count / 2 + 16)
        if addsDummyPrefix && !treatsSpaceAsSuffix { appendSpace(to: &result) }
        var isAfterSpace = removesExtraSpaces
        while offset < text.count {
            let byte = text[offset]
            if let length = symbols.longest(in: text, from: offset)?.length {
                append(offset..<offset + length, to: &result, &isAfterSpace) { text[$0] }
                offset += length
            } else if let map, let rule = map.rule(for: text, from: offset) {
                append(rule.replacement, to: &result, &isAfterSpace) { map.replacement($0) }
                offset += rule.length
            } else if byte == Self.space {
                if !isAfterSpace { appendSpace(to: &result) }
                isAfterSpace = removesExtraSpaces
                offset &+= 1
            } else {
                let end = offset &+ text.characterLength(at: offset)
                while offset < end {
                    result.append(text[offset])
                    offset &+= 1
                }
                isAfterSpace = false
            }
        }
        if removesExtraSpaces { removeTrailingSpaces(of: &result) }
        if addsDummyPrefix && treatsSpaceAsSuffix { appendSpace(to: &result) }
        return result
    }

    private func endOfLeadingSpaces(_ text: Text) -> Int {
        var offset = 0
        while offset < text.count {
            if let length = symbols.longest(in: text, from: offset)?.length {
                guard length == 1, text[offset] == Self.space else { break }
                offset += 1
            } else if let map, let rule = map.rule(for: text, from: offset) {
                guard rule.replacement.count == 1,
                    map.replacement(rule.replacement.lowerBound) == Self.space
                else { break }
                offset += rule.length
            } else {
                guard text[offset] == Self.space else { break }
                offset += 1
            }
        }
        return offset
    }

    /// Appends what takes the place of one character; after a space its own spaces at the beginning are left out.
    private func append(
        _ range: Range<Int>, to result: inout [UInt8], _ isAfterSpace: inout Bool,
        byte: (Int) -> UInt8
    ) {
        var start = range.lowerBound
        if isAfterSpace { while start < range.upperBound, byte(start) == Self.space { start += 1 } }
        guard start < range.upperBound else { return }
        for index in start..<range.upperBound {
            if byte(index) == Self.space {
                appendSpace(to: &result)
            } else {
                result.append(byte(index))
            }
        }
        isAfterSpace = removesExtraSpaces && byte(range.upperBound - 1) == Self.space
    }

    private func appendSpace(to result: inout [UInt8]) {
        if escapesSpaces { result += Self.escapedSpace } else { result.append(Self.space) }
    }

    private func removeTrailingSpaces(of result: inout [UInt8]) {
        let space = escapesSpaces ? Self.escapedSpace : [Self.space]
        while result.suffix(space.count).elementsEqual(space) { result.removeLast(space.count) }
    }
}
