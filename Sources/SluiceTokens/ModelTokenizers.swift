/// Which tokenizer a model has, as far as its name tells.
public enum ModelTokenizers {
    /// What the names begin with; the longest that fits is taken.
    private static let prefixes: [(prefix: String, tokenizer: String)] = [
        ("gpt-oss", "o200k_harmony"),
        ("gpt-4o", "o200k_base"),
        ("gpt-4.1", "o200k_base"),
        ("gpt-4.5", "o200k_base"),
        ("gpt-5", "o200k_base"),
        ("chatgpt-4o", "o200k_base"),
        ("o1", "o200k_base"),
        ("o3", "o200k_base"),
        ("o4", "o200k_base"),
        ("gpt-4", "cl100k_base"),
        ("gpt-3.5", "cl100k_base"),
        // As Azure writes it.
        ("gpt-35", "cl100k_base"),
        ("text-embedding-ada-002", "cl100k_base"),
        ("text-embedding-3-", "cl100k_base"),
        ("davinci-002", "cl100k_base"),
        ("babbage-002", "cl100k_base"),
        ("text-davinci-002", "p50k_base"),
        ("text-davinci-003", "p50k_base"),
        // p50k_edit differs in its special tokens alone.
        ("text-davinci-edit-001", "p50k_base"),
        ("code-davinci", "p50k_base"),
        ("code-cushman", "p50k_base"),
        ("davinci-codex", "p50k_base"),
        ("cushman-codex", "p50k_base"),
    ]

    /// The name of the tokenizer of `model`, for ``Tokenizers/named(_:)``; `estimate` where the name tells nothing.
    ///
    /// A fine-tuned model, `ft:gpt-4o:…`, has the tokenizer of what it was made of, and a model that a provider's name
    /// stands before, `openai/gpt-4o`, its own.
    public static func tokenizer(for model: String) -> String {
        var name = model[...]
        if let slash = name.lastIndex(of: "/") { name = name[name.index(after: slash)...] }
        if name.hasPrefix("ft:") { name = name.dropFirst(3) }
        let fitting = prefixes.filter { name.hasPrefix($0.prefix) }
        return fitting.max { $0.prefix.utf8.count < $1.prefix.utf8.count }?.tokenizer ?? "estimate"
    }
}
