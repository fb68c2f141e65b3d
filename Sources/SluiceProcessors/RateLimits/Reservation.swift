internal import SluiceCore
internal import Synchronization

/// What one request holds of its limits. It is given back exactly once: settled, or released when the last who knew of it lets go, such as
/// when the client leaves before there is a stage.
final class Reservation: Sendable {
    private struct State {
        var grant: LimitGrant
        /// Completion tokens that are paid for by what is held.
        var completion: Int
        var isSettled = false
        var isExtending = false
        /// What came while more was being taken, and is told to the store afterwards.
        var settlement: (tokens: Int, cost: Money)?
    }

    let model: String?
    /// The prompt's tokens.
    let prompt: Int
    /// How many completions the request gets, where it leaves their length open.
    let openCompletions: Int?
    let store: any LimitStore
    private let state: Mutex<State>

    init(
        _ grant: LimitGrant, completion: Int, openCompletions: Int? = nil, model: String?,
        prompt: Int = 0, store: any LimitStore
    ) {
        self.model = model
        self.prompt = prompt
        self.openCompletions = openCompletions.map { max($0, 1) }
        self.store = store
        state = Mutex(State(grant: grant, completion: completion))
    }

    deinit { settle(tokens: 0, cost: .zero) }

    var rules: LimitRules { state.withLock { $0.grant.rules } }

    /// Completion tokens that are held.
    var completion: Int { state.withLock { $0.completion } }

    /// What was taken for the request.
    var held: (tokens: Int, cost: Money) {
        state.withLock { ($0.grant.tokens, $0.grant.cost) }
    }

    func settle(tokens: Int, cost: Money) {
        let grant: LimitGrant? = state.withLock { state in
            if state.isSettled { return nil }
            state.isSettled = true
            guard state.isExtending else { return state.grant }
            state.settlement = (tokens, cost)
            return nil
        }
        if let grant { store.settle(grant, tokens: tokens, cost: cost) }
    }

    /// Takes more completion tokens.
    ///
    /// - Returns: nil where there was room.
    func extend(by tokens: Int, cost: Money) async throws -> LimitAnswer.Refusal? {
        var grant = state.withLock { state in
            state.isExtending = true
            return state.grant
        }
        var isExtended = false
        defer { endExtension(grant, by: isExtended ? tokens : 0) }
        let refusal = try await store.extend(&grant, tokens: tokens, cost: cost)
        isExtended = refusal == nil
        return refusal
    }

    private func endExtension(_ grant: LimitGrant, by tokens: Int) {
        let settlement = state.withLock { state in
            state.isExtending = false
            state.grant = grant
            state.completion += tokens
            defer { state.settlement = nil }
            return state.settlement
        }
        if let settlement {
            store.settle(grant, tokens: settlement.tokens, cost: settlement.cost)
        }
    }
}
