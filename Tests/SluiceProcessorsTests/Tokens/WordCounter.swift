import SluiceCore
import SluiceJSON

@testable import SluiceProcessors

/// Counts words. The model `guess` is one that can only be estimated.
struct WordCounter: PromptCounter {
    func count(_ request: borrowing ProxyRequest) async -> PromptTokens { tokens(request) }

    func countAtOnce(_ request: borrowing ProxyRequest) -> PromptTokens? { tokens(request) }

    func countMessages(_ request: borrowing ProxyRequest) async -> [Int] {
        guard let form = PromptForm(request.endpoint) else { return [] }
        return reader(request)?.elements(of: form) ?? []
    }

    private func tokens(_ request: borrowing ProxyRequest) -> PromptTokens {
        guard let form = PromptForm(request.endpoint), let reader = reader(request) else {
            return PromptTokens(count: 0, tokenizer: "words", isExact: true)
        }
        let (all, longest) = reader.prompt(form)
        return PromptTokens(
            count: all.tokens, longest: longest, tokenizer: "words",
            isExact: request.model != "guess")
    }

    private func reader(_ request: borrowing ProxyRequest) -> PromptReader<WordTokenizer>? {
        request.json.map {
            PromptReader(
                document: $0, tokenizer: WordTokenizer(), images: ImageTokens(model: "gpt-4o"))
        }
    }
}
