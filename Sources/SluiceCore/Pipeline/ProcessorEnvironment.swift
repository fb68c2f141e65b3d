/// What a processor may be made of beside its section.
public struct ProcessorEnvironment: Sendable {
    /// What `[[models]]` says.
    public let models: ModelTable
    /// Counts prompts with the models' tokenizers.
    public let counter: any PromptCounter

    /// - Parameters:
    ///   - models: what is known of models.
    ///   - counter: counts prompts.
    public init(
        models: ModelTable = ModelTable(), counter: any PromptCounter = NoPromptCounter()
    ) {
        self.models = models
        self.counter = counter
    }
}
