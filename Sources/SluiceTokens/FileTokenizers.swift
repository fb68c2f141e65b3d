/// The tokenizers that a configuration has read from files, by their names.
public struct FileTokenizers: Sendable {
    private var tokenizers: [String: any Tokenizer]

    /// These, by their own names.
    public init(_ tokenizers: [any Tokenizer] = []) {
        self.tokenizers = Dictionary(
            tokenizers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The tokenizer of that name, if a file has it.
    public subscript(name: String) -> (any Tokenizer)? { tokenizers[name] }
}
