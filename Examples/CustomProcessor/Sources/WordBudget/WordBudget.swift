import CoreMetrics
import Sluice

/// Refuses prompts of too many words, and counts the words of the answers.
public struct WordBudget: Processor {
    private let limit: Int
    private let answered = Counter(label: "word_budget_answered_words")

    public init(_ section: Section) throws {
        limit = try section.int("max_words", default: 1_000, in: 1...1_000_000)
    }

    public func process(
        _ request: inout ProxyRequest, context: ExchangeContext
    ) async throws -> Decision {
        let words = Self.words(in: request)
        guard words <= limit else {
            throw ProxyError.invalidRequest(
                "The prompt has \(words) words; \(limit) are allowed.",
                parameter: "messages", code: "word_budget_exceeded")
        }
        return .forward
    }

    public func makeResponseStage(
        for request: ProxyRequest, context: ExchangeContext
    ) -> (any ResponseStage)? {
        AnsweredWords(counter: answered, left: limit - Self.words(in: request))
    }

    private static func words(in request: ProxyRequest) -> Int {
        let messages = request.json?.root["messages"]?.elements.map { $0 } ?? []
        return messages.reduce(0) { sum, message in
            sum + (message["content"]?.string?.split(whereSeparator: \.isWhitespace).count ?? 0)
        }
    }
}
