internal import SluiceCore
internal import SluiceJSON

/// Where in a body its prompt stands, and by which rule it is counted.
enum PromptForm: Equatable {
    /// `messages` with tools, by OpenAI's rule for chats.
    case chat
    /// `input` as text or items, with `instructions` and tools.
    case responses
    /// Texts or token ids, alone or in a list, in this member.
    case texts(String)

    /// Nil for paths whose bodies are only passed on.
    init?(_ endpoint: Endpoint) {
        switch endpoint {
        case .chatCompletions: self = .chat
        case .responses: self = .responses
        case .completions: self = .texts("prompt")
        case .embeddings: self = .texts("input")
        case .other: return nil
        }
    }

    /// The form of a body that does not say where it is meant to go; nil when it has no prompt.
    init?(of document: JSONDocument) {
        let root = JSONDocument.rootPlace
        if document.place("messages", in: root) != nil {
            self = .chat
        } else if let input = document.place("input", in: root) {
            let isRequest = ["instructions", "tools", "text"].contains {
                document.place($0, in: root) != nil
            }
            var hasItems = false
            document.forEachElement(at: input) {
                if document.kind(at: $0) == .object { hasItems = true }
            }
            self = isRequest || hasItems ? .responses : .texts("input")
        } else if document.place("prompt", in: root) != nil {
            self = .texts("prompt")
        } else {
            return nil
        }
    }

    /// The member whose elements can be counted one by one; nil where the prompt has no such parts.
    var list: String? {
        switch self {
        case .chat: "messages"
        case .responses: "input"
        case .texts: nil
        }
    }
}
