/// Where limits are counted. One store serves all loops, and several processes where it is a shared one.
///
/// A request is counted in three steps: ``reserve(_:)`` takes what it may come to, ``settle(_:tokens:cost:)`` replaces that by what it came
/// to, and both see to it that nothing is taken twice or kept for ever. Who holds a ``LimitGrant`` settles it exactly once.
public protocol LimitStore: Sendable {
    /// Whether requests go on uncounted while the store cannot be asked; otherwise they are refused with 503.
    var failsOpen: Bool { get }

    /// Takes all that a request demands, or nothing.
    ///
    /// - Throws: where the store cannot be asked. Then it is not known whether anything was taken; what was goes by itself.
    nonisolated(nonsending) func reserve(_ demand: LimitDemand) async throws -> LimitAnswer

    /// ``reserve(_:)`` without waiting.
    ///
    /// - Returns: nil where the store has to be waited for; then nothing was taken.
    func reserveAtOnce(_ demand: LimitDemand) -> LimitAnswer?

    /// Takes more for a request under way. It is not counted as another one.
    ///
    /// - Returns: what had no room; nil where all had, and then the grant has grown.
    nonisolated(nonsending) func extend(
        _ grant: inout LimitGrant, tokens: Int, cost: Money
    ) async throws -> LimitAnswer.Refusal?

    /// Puts what a request came to in the place of what was taken for it. Returns at once, on any thread.
    func settle(_ grant: LimitGrant, tokens: Int, cost: Money)
}

extension LimitStore {
    public var failsOpen: Bool { false }
    public func reserveAtOnce(_ demand: LimitDemand) -> LimitAnswer? { nil }
}

/// Why a store cannot be asked.
public struct LimitStoreUnavailable: Error, Sendable, CustomStringConvertible {
    /// For the log.
    public let description: String

    /// A reason, for the log.
    public init(_ description: String) {
        self.description = description
    }
}
