/// Why there is no such tokenizer.
public enum TokenizerError: Error, Equatable, CustomStringConvertible {
    /// No tokenizer has that name; `known` are those that there are.
    case unknownName(String, known: [String])

    public var description: String {
        switch self {
        case .unknownName(let name, let known):
            "there is no tokenizer \"\(name)\"; there are \(known.joined(separator: ", "))"
        }
    }
}
