/// The tokenizers that every executable carries, by the names that OpenAI gave them.
///
/// A vocabulary is unpacked when one of its tokenizers is first asked for, and stays for good.
public enum Tokenizers {
    /// The names that ``named(_:)`` knows.
    public static let names = [
        "cl100k_base", "o200k_base", "o200k_harmony", "p50k_base", "estimate",
    ]

    /// The tokenizer of that name, the same one for everybody.
    ///
    /// - Throws: ``TokenizerError`` when there is none of that name.
    public static func named(_ name: String) throws -> any Tokenizer {
        switch name {
        case "cl100k_base": cl100kBase
        case "o200k_base": o200kBase
        case "o200k_harmony": o200kHarmony
        case "p50k_base": p50kBase
        case "estimate": EstimatingTokenizer()
        default: throw TokenizerError.unknownName(name, known: names)
        }
    }

    private static let cl100kBase = BytePairTokenizer(
        name: "cl100k_base", rule: .cl100k, vocabulary: .cl100kBase, special: .cl100kBase)
    private static let o200kBase = BytePairTokenizer(
        name: "o200k_base", rule: .o200k, vocabulary: .o200kBase, special: .o200kBase)
    private static let o200kHarmony = BytePairTokenizer(
        name: "o200k_harmony", rule: .o200k, vocabulary: .o200kBase, special: .o200kHarmony)
    private static let p50kBase = BytePairTokenizer(
        name: "p50k_base", rule: .p50k, vocabulary: .p50kBase, special: .p50kBase)
}
