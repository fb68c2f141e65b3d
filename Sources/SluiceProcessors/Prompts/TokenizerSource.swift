internal import SluiceCore
internal import SluiceTokens
internal import Synchronization

/// A tokenizer by its name. Its vocabulary is unpacked when it is first needed, which takes 10 to 40 ms and is done beside the loops.
final class TokenizerSource: Sendable {
    private struct State {
        var tokenizer: SharedTokenizer?
        var isLoading = false
        var waiting: [CheckedContinuation<SharedTokenizer, Never>] = []
    }

    /// All that were asked for, so that each is unpacked once.
    private static let known = Mutex<[String: TokenizerSource]>([:])

    let name: String
    private let state: Mutex<State>

    /// One for all who ask for this name.
    static func named(_ name: String) -> TokenizerSource {
        known.withLock { known in
            if let source = known[name] { return source }
            let source = TokenizerSource(name)
            // A name that nobody knows is not kept: there is no end to those.
            if Tokenizers.names.contains(name) { known[name] = source }
            return source
        }
    }

    init(_ name: String) {
        let isKnown = Tokenizers.names.contains(name)
        let estimate = EstimatingTokenizer()
        self.name = isKnown ? name : estimate.name
        // There is nothing to unpack.
        let isThere = !isKnown || name == estimate.name
        state = Mutex(State(tokenizer: isThere ? SharedTokenizer(estimate) : nil))
    }

    /// Of a tokenizer that was read from a file.
    init(of tokenizer: any Tokenizer) {
        name = tokenizer.name
        let shared = SharedTokenizer(tokenizer, longest: SharedTokenizer.longestOfFile)
        state = Mutex(State(tokenizer: shared))
    }

    /// Nil as long as the vocabulary is not unpacked.
    var loaded: SharedTokenizer? { state.withLock { $0.tokenizer } }

    /// Unpacks the vocabulary here, if it is not yet: not on a loop.
    @discardableResult
    func load() -> SharedTokenizer {
        if let loaded { return loaded }
        // Whoever comes at the same time waits inside.
        let tokenizer = SharedTokenizer(
            (try? Tokenizers.named(name)) ?? EstimatingTokenizer())
        let waiting = state.withLock { state in
            state.tokenizer = tokenizer
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: tokenizer) }
        return tokenizer
    }

    private enum Waiting {
        case loaded(SharedTokenizer)
        case mustLoad, isLoading
    }

    private static func wait(
        _ continuation: CheckedContinuation<SharedTokenizer, Never>, in state: inout State
    ) -> Waiting {
        if let tokenizer = state.tokenizer { return .loaded(tokenizer) }
        state.waiting.append(continuation)
        defer { state.isLoading = true }
        return state.isLoading ? .isLoading : .mustLoad
    }

    /// Waits for the vocabulary, where it is not there.
    func tokenizer() async -> SharedTokenizer {
        if let loaded { return loaded }
        return await withCheckedContinuation { continuation in
            switch state.withLock({ Self.wait(continuation, in: &$0) }) {
            case .loaded(let tokenizer): continuation.resume(returning: tokenizer)
            case .mustLoad: LongWork.begin { self.load() }
            case .isLoading: break
            }
        }
    }
}
