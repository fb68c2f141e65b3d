internal import SluiceJSON

/// Reads the elements of `model.merges`: `"a b"` or `["a", "b"]`.
struct MergeReader {
    let index: TokenIndex
    let foreign: [String: UInt32]
    let spelling: BytePairFile.Spelling
    private var bytes: [UInt8] = []

    init(index: TokenIndex, foreign: [String: UInt32], spelling: BytePairFile.Spelling) {
        self.index = index
        self.foreign = foreign
        self.spelling = spelling
    }

    /// - Returns: nil for a merge that no text has.
    mutating func read(
        _ element: JSONValue, _ number: Int, _ list: TokenizerJSON
    ) throws -> PairMerge? {
        bytes.removeAll(keepingCapacity: true)
        let split: Int?
        if let text = element.plainStringBytes {
            if text.starts(with: "#version".utf8) { return nil }
            split = try append(text.span, number, list)
        } else if let text = element.string {
            if text.hasPrefix("#version") { return nil }
            split = try append(Array(text.utf8).span, number, list)
        } else {
            var parts = element.elements.makeIterator()
            guard let left = parts.next().flatMap(Self.bytes),
                let right = parts.next().flatMap(Self.bytes), parts.next() == nil
            else { throw list.unusable("a merge that is none, number \(number),") }
            split = try append(left.span, right.span, number, list)
        }
        guard let split else { return nil }
        return try merge(split: split, number, list)
    }

    /// The text of a string; nearly always it has no escapes, and is not copied.
    private static func bytes(_ value: JSONValue) -> ArraySlice<UInt8>? {
        value.plainStringBytes ?? value.string.map { ArraySlice($0.utf8) }
    }

    /// Two names with one space between them.
    private mutating func append(
        _ text: Span<UInt8>, _ number: Int, _ list: TokenizerJSON
    ) throws -> Int? {
        var space: Int?
        for offset in text.indices where text[offset] == UInt8(ascii: " ") {
            guard space == nil else {
                throw list.unusable("a merge that is none, number \(number),")
            }
            space = offset
        }
        guard let space else { throw list.unusable("a merge that is none, number \(number),") }
        return try append(
            text.extracting(..<space), text.extracting((space + 1)...), number, list)
    }

    /// - Returns: where the right part begins in `bytes`; nil if one of them is a token that no text has.
    private mutating func append(
        _ left: Span<UInt8>, _ right: Span<UInt8>, _ number: Int, _ list: TokenizerJSON
    ) throws -> Int? {
        guard !left.isEmpty, !right.isEmpty else {
            throw list.unusable("a merge with nothing, number \(number),")
        }
        switch spelling {
        case .text:
            for offset in left.indices { bytes.append(left[offset]) }
            for offset in right.indices { bytes.append(right[offset]) }
            return left.count
        case .bytes:
            let isLeftText = ByteAlphabet.appendBytes(of: left, to: &bytes)
            let split = bytes.count
            if isLeftText, ByteAlphabet.appendBytes(of: right, to: &bytes) { return split }
            for part in [string(left), string(right)] where foreign[part] == nil {
                var unused: [UInt8] = []
                guard ByteAlphabet.appendBytes(of: part.utf8.span, to: &unused) else {
                    throw list.unusable("a merge of an unknown token, number \(number),")
                }
            }
            return nil
        }
    }

    private func string(_ text: Span<UInt8>) -> String {
        // Safety: the text does not leave the closure.
        text.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }

    private func merge(split: Int, _ number: Int, _ list: TokenizerJSON) throws -> PairMerge {
        // Safety: the text does not leave the closure.
        let merge = bytes.withUnsafeBufferPointer { buffer in
            let text = unsafe Text(buffer)
            return PairMerge(
                left: index.token(text, from: 0, to: split),
                right: index.token(text, from: split, to: text.count),
                result: index.token(text, from: 0, to: text.count))
        }
        guard merge.left != Token.none, merge.right != Token.none, merge.result != Token.none else {
            throw list.unusable("a merge of an unknown token, number \(number),")
        }
        return merge
    }
}
