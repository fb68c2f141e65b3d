internal import Synchronization

/// What processors learn of an exchange and tell each other.
extension ExchangeContext {
    struct Notes {
        var prompt: PromptNote?
        var forStage: (any Sendable)?
        var standings = LimitStandings()
        var model: String?
    }

    /// How usage is found out, and what it costs.
    public var accounting: UsageAccounting { parts.accounting }
    /// Where limits are counted.
    public var limitStore: any LimitStore { parts.limitStore }

    /// The prompt's tokens, where a processor has counted them and nobody has changed the request or its model since: nobody counts them
    /// again.
    public func promptTokens(of request: borrowing ProxyRequest) -> PromptTokens? {
        guard let note = promptNote, note.holds(for: request) else { return nil }
        return note.tokens
    }

    /// Tells how many tokens the prompt of a request has.
    public func note(_ prompt: PromptTokens, of request: borrowing ProxyRequest) {
        let note = PromptNote(prompt, of: request)
        notes.withLock { $0.prompt = note }
    }

    /// Tells which model a request to a ``LocalEndpoint`` names, for its record.
    package func note(model: String) {
        notes.withLock { $0.model = model }
    }

    var notedModel: String? { notes.withLock { $0.model } }

    var promptNote: PromptNote? { notes.withLock { $0.prompt } }

    /// How it stands with the request's limits, as far as they were asked.
    package var limitStandings: LimitStandings { notes.withLock { $0.standings } }

    package func note(_ standings: LimitStandings) {
        notes.withLock { $0.standings.merge(standings) }
    }

    /// Keeps what ``Processor/process(_:context:)`` has for its stage, until ``takeNote(_:)``, or else until the exchange is over.
    public func keep(forStage note: some Sendable) {
        notes.withLock { $0.forStage = note }
    }

    /// What was kept for the stage that is being made.
    public func takeNote<Note: Sendable>(_ type: Note.Type) -> Note? {
        notes.withLock { notes in
            guard let note = notes.forStage as? Note else { return nil }
            notes.forStage = nil
            return note
        }
    }

    /// Whom to ask a table of models about: the provider that a request goes to first, where the table makes a difference between them.
    public func provider(
        for request: borrowing ProxyRequest, in models: ModelTable
    ) -> String? {
        models.differsByProvider ? firstProvider(for: request) : nil
    }

    /// Whether some provider is known to serve a model: it names it, lists it, or nobody knows what it lists.
    public func isServed(_ model: String) -> Bool {
        guard let routes = client?.routes ?? parts.routes else { return true }
        return routes.serves(model)
    }

    /// The provider that a request goes to first, as far as that is known now; nil where none serves its model.
    public func firstProvider(for request: borrowing ProxyRequest) -> String? {
        guard let routes = client?.routes ?? parts.routes else { return nil }
        guard let model = request.model else { return routes.defaultProvider?.name }
        return (try? routes.candidates(for: model))?.first?.name
    }
}
