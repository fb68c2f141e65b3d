internal import SluiceJSON

/// A token that is looked for before text is split.
struct AddedToken {
    let content: [UInt8]
    var id: UInt32
    /// Whether it parts messages; text of clients never has it.
    let isSpecial: Bool
    /// Whether it is looked for in normalized text.
    let isNormalized: Bool
    let isSingleWord: Bool
    let takesSpaceBefore: Bool
    let takesSpaceAfter: Bool

    /// Those of a file, with the ids that Hugging Face's library gives them.
    static func read(
        _ file: TokenizerJSON, vocabulary: BytePairFile, _ spelling: BytePairFile.Spelling
    ) throws -> [AddedToken] {
        guard let list = file.optional("added_tokens") else { return [] }
        let size = UInt32(vocabulary.ids.count + vocabulary.foreign.count)
        var (ids, highest) = ([String: UInt32](), UInt32?.none)
        return try list.elements().map { element in
            let text = try element.member("content").text()
            guard !text.isEmpty else { throw element.unusable("an empty 'content'") }
            // The id that stands there is not looked at there either.
            let known = ids[text] ?? vocabulary.id(of: text, spelling)
            let id = known ?? highest.map { max($0 + 1, size) } ?? size
            ids[text] = id
            highest = max(highest ?? id, id)
            return try AddedToken(element, content: Array(text.utf8), id: id)
        }
    }

    private init(_ element: TokenizerJSON, content: [UInt8], id: UInt32) throws {
        self.content = content
        self.id = id
        isSpecial = try element.flag("special", default: false)
        isNormalized = try element.flag("normalized", default: !isSpecial)
        isSingleWord = try element.flag("single_word", default: false)
        takesSpaceBefore = try element.flag("lstrip", default: false)
        takesSpaceAfter = try element.flag("rstrip", default: false)
    }
}
