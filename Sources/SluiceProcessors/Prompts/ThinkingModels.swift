/// OpenAI's models that think before they answer: they count their thoughts as part of the completion.
enum ThinkingModels {
    private static let beginnings = ["o1", "o3", "o4", "gpt-5"]

    static func contains(_ model: String) -> Bool {
        beginnings.contains { model.hasPrefix($0) }
    }
}
