/// Why there is no such tokenizer.
public enum TokenizerError: Error, Equatable, CustomStringConvertible {
    /// No tokenizer has that name; `known` are those that there are.
    case unknownName(String, known: [String])
    /// Of this file no tokenizer can be made; the reason goes behind the file's name.
    case unusableFile(String, reason: String)

    public var description: String {
        switch self {
        case .unknownName(let name, let known):
            "there is no tokenizer \"\(name)\"; there are \(known.joined(separator: ", "))"
        case .unusableFile(let file, let reason):
            "\(file) \(reason)"
        }
    }
}
