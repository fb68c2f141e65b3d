/// What is known of a service that speaks OpenAI's API, so that its section needs little more than a token.
struct OpenAIPreset: Sendable {
    /// The configuration's `type`.
    let type: String
    /// The API's root; nil where every deployment has its own.
    let url: String?
    var authorization = Authorization.bearer
    /// Whether `stream_options.include_usage` is known to be accepted. Where it is false, the service reports usage unasked, or nothing is known.
    var reportsStreamUsage = true
    /// Whether `GET /models` lists what a request may name.
    var listsModels = true

    /// How the credential is sent.
    enum Authorization: String, Sendable, CaseIterable {
        /// `authorization: Bearer …`
        case bearer
        /// `api-key: …`
        case apiKey = "api-key"
        case none
    }

    static let all = [
        OpenAIPreset(type: "openai", url: "https://api.openai.com/v1"),
        OpenAIPreset(type: "vllm", url: "http://127.0.0.1:8000/v1"),
        OpenAIPreset(type: "lmstudio", url: "http://127.0.0.1:1234/v1"),
        OpenAIPreset(type: "llamacpp", url: "http://127.0.0.1:8080/v1"),
        OpenAIPreset(type: "ollama", url: "http://127.0.0.1:11434/v1"),
        OpenAIPreset(type: "openrouter", url: "https://openrouter.ai/api/v1"),
        OpenAIPreset(type: "groq", url: "https://api.groq.com/openai/v1"),
        // Reports usage in the last chunk unasked and refuses members that it does not know.
        OpenAIPreset(type: "mistral", url: "https://api.mistral.ai/v1", reportsStreamUsage: false),
        OpenAIPreset(type: "deepseek", url: "https://api.deepseek.com/v1"),
        // These three report usage in the last chunk unasked.
        OpenAIPreset(
            type: "together", url: "https://api.together.xyz/v1", reportsStreamUsage: false),
        OpenAIPreset(
            type: "fireworks", url: "https://api.fireworks.ai/inference/v1",
            reportsStreamUsage: false),
        OpenAIPreset(type: "xai", url: "https://api.x.ai/v1", reportsStreamUsage: false),
        OpenAIPreset(type: "openai-compatible", url: nil, reportsStreamUsage: false),
    ]

    /// Lists every model that could be deployed, not what is.
    static let azure = OpenAIPreset(
        type: "azure", url: nil, authorization: .apiKey, listsModels: false)
}
