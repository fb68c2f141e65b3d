internal import SluiceJSON

/// The vocabulary and merges of a `tokenizer.json`.
struct BytePairFile {
    /// How the text of tokens stands for what they are tokens of.
    enum Spelling { case bytes, text }

    let index: TokenIndex
    /// By token of the index its id.
    let ids: [UInt32]
    /// Tokens that no text has: they are not spelt in the alphabet of bytes.
    let foreign: [String: UInt32]
    /// In the order in which they are made.
    private(set) var merges: [PairMerge] = []

    /// Ids are as high in no vocabulary that exists.
    static let idLimit = 1 << 24

    init(_ model: TokenizerJSON, spelling: Spelling) throws {
        let vocab = try model.member("vocab")
        var reader = VocabularyReader(spelling: spelling)
        try reader.read(vocab)
        foreign = reader.foreign
        ids = reader.ids
        index = try TokenIndex(bytes: reader.bytes, starts: reader.starts)
        do {
            try readMerges(model.member("merges"), spelling)
        } catch {
            index.free()
            throw error
        }
    }

    /// The token that the model knows by this text, as it stands in the file.
    func id(of text: String, _ spelling: Spelling) -> UInt32? {
        if let id = foreign[text] { return id }
        return index(of: text, spelling).map { ids[Int($0)] }
    }

    func index(of text: String, _ spelling: Spelling) -> UInt32? {
        var bytes: [UInt8] = []
        switch spelling {
        case .bytes:
            guard ByteAlphabet.appendBytes(of: text.utf8.span, to: &bytes) else { return nil }
        case .text: bytes += text.utf8
        }
        // Safety: the text does not leave the closure.
        let token = bytes.withUnsafeBufferPointer {
            index.token(unsafe Text($0), from: 0, to: $0.count)
        }
        return token == Token.none ? nil : token
    }

    private mutating func readMerges(_ list: TokenizerJSON, _ spelling: Spelling) throws {
        guard list.value.isArray else { throw list.unusable("something else than a list") }
        var reader = MergeReader(index: index, foreign: foreign, spelling: spelling)
        var number = 0
        for element in list.value.elements {
            if let merge = try reader.read(element, number, list) { merges.append(merge) }
            number += 1
        }
    }
}

/// Two tokens that become a third, by their numbers in the index.
struct PairMerge {
    var left: UInt32
    var right: UInt32
    var result: UInt32
}
