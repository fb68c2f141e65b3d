internal import SluiceCore
internal import SluiceJSON

/// How long a request lets its completion be, under whichever of the three names that has.
struct CompletionLimit {
    /// Tokens; nil where the request does not say.
    private(set) var tokens: Int?
    /// The name under which the request says it; nil where it does not.
    let name: String?
    /// The name that the endpoint and the model know.
    private let target: String?
    /// Whether something else has to be sent than what came.
    private var isChanged: Bool

    /// In the order in which one is believed.
    static let names = ["max_completion_tokens", "max_tokens", "max_output_tokens"]

    init(_ document: JSONDocument, _ endpoint: Endpoint, model: String) {
        var (given, name): (Int?, String?) = (nil, nil)
        var others = 0
        for candidate in Self.names {
            guard let value = document.place(candidate, in: JSONDocument.rootPlace) else {
                continue
            }
            // What is no number of tokens is the provider's to refuse.
            guard let number = document.value(at: value).int, number > 0 else { continue }
            if given == nil { (given, name) = (number, candidate) } else { others += 1 }
            given = min(given ?? number, number)
        }
        (tokens, self.name) = (given, name)
        target = Self.target(endpoint, model: model, given: name)
        isChanged = given != nil && (others > 0 || name != target)
    }

    /// Sets another limit; where the endpoint has none, nothing happens.
    mutating func set(_ number: Int) {
        guard target != nil, tokens != number else { return }
        tokens = number
        isChanged = true
    }

    /// Whether completions can be limited here.
    var isKnown: Bool { target != nil }

    /// The parameter to name in errors.
    var parameter: String? { name ?? target }

    /// Puts the limit into the body, under its right name alone.
    func write(to request: inout ProxyRequest) {
        guard isChanged, let target, let tokens, case .json(var document) = request.body else {
            return
        }
        // The request must not hold the document while it is edited: it would be copied.
        request.body = .none
        for name in Self.names where name != target { document.remove(name) }
        document.set(target, to: .int(tokens))
        request.body = .json(document)
    }

    /// Models that think take no other name than theirs for it in chats.
    private static func target(_ endpoint: Endpoint, model: String, given: String?) -> String? {
        switch endpoint {
        case .responses: "max_output_tokens"
        case .completions: "max_tokens"
        case .chatCompletions where ThinkingModels.contains(model): "max_completion_tokens"
        case .chatCompletions: given == "max_completion_tokens" ? given : "max_tokens"
        case .embeddings, .other: nil
        }
    }

}
