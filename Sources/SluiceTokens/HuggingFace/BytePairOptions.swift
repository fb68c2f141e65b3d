internal import SluiceJSON

/// What the model of a `tokenizer.json` says beside vocabulary and merges.
struct BytePairOptions {
    let spelling: BytePairFile.Spelling
    /// Whether a piece that is a token stays one, whatever merging says.
    let ignoresMerges: Bool
    /// Whether the bytes of a character without a token stand for it.
    let usesByteFallback: Bool
    let fusesUnknown: Bool
    /// The text of the token that stands for what has none; nil: it is left out.
    let unknownToken: String?
    var unknownID: UInt32?

    init(_ model: TokenizerJSON, spelling: BytePairFile.Spelling) throws {
        // Old files have no type, and of their kinds only this one has merges.
        let usual = model.optional("merges") == nil ? "without a name" : "BPE"
        let type = try model.optional("type")?.text() ?? usual
        guard type == "BPE" else {
            throw UnusableTokenizer("has a model of the type \(type), and only BPE is known")
        }
        for key in ["continuing_subword_prefix", "end_of_word_suffix"] {
            if let affix = try model.optional(key)?.text(), !affix.isEmpty {
                throw model.unusable("a '\(key)', which is not known")
            }
        }
        if let dropout = model.optional("dropout"), dropout.value.double != 0 {
            throw model.unusable("a 'dropout', with which no count is exact,")
        }
        self.spelling = spelling
        ignoresMerges = try model.flag("ignore_merges", default: false)
        usesByteFallback = try model.flag("byte_fallback", default: false)
        fusesUnknown = try model.flag("fuse_unk", default: false)
        unknownToken = try model.optional("unk_token")?.text()
    }
}
