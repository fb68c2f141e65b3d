public import SluiceWire

/// One step of the chain that every request passes, in the order of proxy.conf.
///
/// A processor may change a request, answer it, refuse it by throwing a ``ProxyError``, and leave a ``ResponseStage`` behind for the way
/// back. One value serves all requests on all loops at once; what belongs to one exchange lives in its stage. All methods have
/// defaults, so a processor writes only what it needs:
///
/// ```swift
/// struct WordBudget: Processor {
///     let limit: Int
///     init(_ section: Section) throws { limit = try section.int("limit") }
///     func process(_ request: inout ProxyRequest, context: ExchangeContext) async throws -> Decision {
///         let words = request.json?.root["prompt"]?.string?.split(separator: " ").count ?? 0
///         guard words <= limit else { throw ProxyError.invalidRequest("Too many words.") }
///         return .forward
///     }
/// }
/// ```
///
/// Methods run on the request's event loop: `await` freely, but never block the thread. A client that goes away cancels the task.
public protocol Processor: Sendable {
    /// Looks at a request before its body is read: authentication, size, path.
    nonisolated(nonsending) func screen(
        _ head: RequestHead, context: ExchangeContext) async throws

    /// Changes, answers or refuses a parsed request.
    nonisolated(nonsending) func process(
        _ request: inout ProxyRequest, context: ExchangeContext
    ) async throws -> Decision

    /// A stage for the way back; nil when this processor has no interest in the answer.
    func makeResponseStage(
        for request: ProxyRequest, context: ExchangeContext
    ) -> (any ResponseStage)?

    /// What its section comes to, in one line for people: `sluice check` shows it behind the type. Empty for nothing to say; never a secret.
    var summary: String { get }
}

extension Processor {
    public var summary: String { "" }

    nonisolated(nonsending) public func screen(
        _ head: RequestHead, context: ExchangeContext
    ) async throws {}

    nonisolated(nonsending) public func process(
        _ request: inout ProxyRequest, context: ExchangeContext
    ) async throws -> Decision { .forward }

    public func makeResponseStage(
        for request: ProxyRequest, context: ExchangeContext
    ) -> (any ResponseStage)? { nil }
}

/// What becomes of a request after a processor saw it.
public enum Decision: Sendable {
    /// On to the next processor, and then to a provider.
    case forward
    /// Answered here: neither later processors nor providers see the request. Stages of this and earlier processors see the answer.
    case respond(ProxyResponse)
}
