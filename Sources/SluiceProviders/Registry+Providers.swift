public import SluiceCore

extension Registry {
    /// Adds the parser for OpenAI's clients, `echo`, and every service that speaks OpenAI's API.
    public mutating func addStandardProviders() {
        parser(OpenAIRequestParser())
        provider("echo") { try EchoProvider($0) }
        for preset in OpenAIPreset.all + [.azure] {
            provider(preset.type, defaultURL: preset.url) {
                try OpenAIProvider($0, preset: preset)
            }
        }
    }
}
