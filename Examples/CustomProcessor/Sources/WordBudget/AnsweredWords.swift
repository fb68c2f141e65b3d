import CoreMetrics
import Sluice

/// Tells the client what was left of its budget, and counts the words that stream by.
struct AnsweredWords: ResponseStage {
    let counter: Counter
    let left: Int
    private var count = 0
    private var isInWord = false

    init(counter: Counter, left: Int) {
        self.counter = counter
        self.left = left
    }

    var interest: ResponseInterest { [.head, .events] }

    mutating func head(_ head: inout ResponseHead) {
        head.headers.append("x-word-budget-left", String(left))
    }

    mutating func event(_ event: ServerSentEvent) -> EventEdit {
        // "[DONE]" is no JSON.
        guard let chunk = try? JSONDocument(parsing: event.data) else { return .keep }
        let text = chunk.root["choices"]?[0]?["delta"]?["content"]?.string ?? ""
        // A chunk may end within a word.
        for character in text {
            if !character.isWhitespace, !isInWord { count += 1 }
            isInWord = !character.isWhitespace
        }
        return .keep
    }

    mutating func finish(_ outcome: Outcome) {
        if count > 0 { counter.increment(by: count) }
    }
}
