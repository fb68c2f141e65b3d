/// Whose turn it is: the candidates of one request in their order, each as often as it has addresses.
struct ProviderTurns {
    private let candidates: [ConfiguredProvider]
    private var nextCandidate = 0
    /// Further addresses of the provider that may be tried.
    private var triesLeft = 0
    private var hasEntered = false
    /// The one whose turn it is, or was last.
    private(set) var provider: ConfiguredProvider?
    /// The last candidate had no place for another exchange. It stays so when there is nobody left to ask.
    private(set) var wasBusy = false

    init(_ candidates: [ConfiguredProvider]) {
        self.candidates = candidates
    }

    /// The candidate to begin with.
    var first: ConfiguredProvider? { candidates.first }

    /// Takes the next turn: the same provider as long as it has other addresses.
    mutating func next() -> ConfiguredProvider? {
        if triesLeft > 0, let provider {
            triesLeft -= 1
            return provider
        }
        while nextCandidate < candidates.count {
            leave()
            let candidate = candidates[nextCandidate]
            nextCandidate += 1
            provider = candidate
            if candidate.enter() {
                hasEntered = true
                wasBusy = false
                triesLeft = candidate.addressCount - 1
                return candidate
            }
            wasBusy = true
        }
        return nil
    }

    /// Gives the turn back that ``next()`` gave.
    mutating func putBack() {
        triesLeft += 1
    }

    /// Gives the place among the provider's exchanges back.
    mutating func leave() {
        if hasEntered { provider?.leave() }
        hasEntered = false
    }
}
