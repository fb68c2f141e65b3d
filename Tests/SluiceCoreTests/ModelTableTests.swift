import SluiceCore
import Testing

struct ModelTableTests {
    private let table = ModelTable([
        ("gpt-4*", ModelFacts(contextWindow: 1)),
        ("gpt-4o*", ModelFacts(contextWindow: 2)),
        ("gpt-4o-mini", ModelFacts(contextWindow: 3)),
        ("gpt-4o-mini", ModelFacts(contextWindow: 4)),
        ("*", ModelFacts(tokenizer: "estimate")),
    ])

    @Test(arguments: [
        ("gpt-4", 1), ("gpt-4.1", 1), ("gpt-4o", 2), ("gpt-4o-mini-2024", 2), ("gpt-4o-mini", 3),
    ])
    func theNameItselfIsBestThenTheLongestPattern(model: String, window: Int) {
        #expect(table.facts(for: model).contextWindow == window)
    }

    @Test func whatNothingFitsIsUnknown() {
        #expect(table.facts(for: "claude").tokenizer == "estimate")
        #expect(ModelTable().facts(for: "claude") == ModelFacts())
    }
}
