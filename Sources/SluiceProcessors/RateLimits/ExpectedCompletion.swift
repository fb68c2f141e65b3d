internal import SluiceCore
internal import SluiceJSON

/// What a request says about how long its completions may be.
struct ExpectedCompletion {
    /// The longest that it asks for, in tokens; nil where it leaves that open.
    let asked: Int?
    /// How many completions it gets.
    let count: Int

    /// ``count`` where the length is left open; nil where it is not.
    var open: Int? { asked == nil ? count : nil }

    /// None of these is ever asked for; the bound keeps products small.
    private static let mostCompletions = 1 << 20

    /// - Returns: nil where nothing is written, as far as anybody can tell: for embeddings, paths that are free, bodies that nobody can
    ///   read, and on paths that are only passed on those that do not say.
    init?(_ request: borrowing ProxyRequest) {
        guard request.endpoint != .embeddings, !FreePaths.contain(request),
            let document = request.json
        else { return nil }
        asked = CompletionLimit.longest(document)
        if asked == nil, !request.endpoint.isUnderstood { return nil }
        let root = document.root
        func number(_ name: String) -> Int {
            min(root[name].flatMap(CompletionLimit.tokens) ?? 1, Self.mostCompletions)
        }
        let choices = max(number("n"), number("best_of"))
        let prompts = request.endpoint == .completions ? Self.prompts(document) : 1
        count = min(choices * prompts, Self.mostCompletions)
    }

    /// How many texts or lists of tokens there are. Of a repeated name the one with the most counts: providers differ in which they take.
    private static func prompts(_ document: JSONDocument) -> Int {
        var most = 1
        document.forEachMember(at: JSONDocument.rootPlace) { name, value in
            guard name.isWord("prompt") else { return }
            var prompts = 0
            document.forEachElement(at: value) {
                if document.kind(at: $0) != .number { prompts += 1 }
            }
            most = max(most, prompts)
        }
        return most
    }

    /// All completions together.
    ///
    /// - Parameters:
    ///   - learned: what one may come to where the request leaves that open.
    ///   - longest: what the model can write; nil where that is not known.
    func tokens(learned: Int, longest: Int?) -> Int {
        let one = min(asked ?? learned, longest ?? .max, CompletionLimit.most)
        let (all, isTooLarge) = one.multipliedReportingOverflow(by: count)
        return isTooLarge ? CompletionLimit.most : min(all, CompletionLimit.most)
    }
}
