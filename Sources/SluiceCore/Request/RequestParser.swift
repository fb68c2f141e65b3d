public import SluiceWire

/// Turns HTTP requests of one client dialect into ``ProxyRequest`` values.
///
/// The pipeline asks its parsers in order and takes the first that accepts the head. A parser does no I/O and keeps no state, so a
/// fixture is a complete test of it. To change a request after it was parsed, write a ``Processor`` instead.
public protocol RequestParser: Sendable {
    /// The dialect that answers and errors of these requests are written in.
    var dialect: any ClientDialect { get }

    /// Whether this parser knows the request's path, and how it wants the body.
    ///
    /// - Throws: ``ProxyError`` to refuse a request on a path of this dialect, for example for its method.
    func accept(_ head: RequestHead) throws(ProxyError) -> BodyPlan?

    /// What a path of this dialect asks for, so that refused requests are counted under their route too; nil for other paths.
    func endpoint(of head: RequestHead) -> Endpoint?

    /// Whether the beginning of a held body suffices; asked again after each piece that arrives. Where rights hang on the model, such as
    /// those of a ``Client``, the body is held to its end whatever this says, and ``parse(_:body:)`` gets it so.
    func decideHold(_ head: RequestHead, beginning: [UInt8]) -> HoldDecision

    /// Makes the request out of its head and body.
    ///
    /// - Parameter body: as the plan said: whole, or the held beginning of a stream.
    func parse(_ head: RequestHead, body: ReceivedBody) throws(ProxyError) -> ProxyRequest
}

extension RequestParser {
    public func endpoint(of head: RequestHead) -> Endpoint? { nil }

    public func decideHold(_ head: RequestHead, beginning: [UInt8]) -> HoldDecision { .enough }
}

/// How a parser wants a body read.
public enum BodyPlan: Sendable, Equatable {
    /// Whole, up to the configured limit.
    case whole
    /// Held until the parser finds what it routes by, then streamed.
    case held
}

/// A body as far as it was read when a parser sees it.
public enum ReceivedBody: Sendable {
    case none
    case whole([UInt8])
    /// The beginning of a body of `totalLength` bytes (nil: not said); `isEnd` when no more will follow.
    case beginning([UInt8], totalLength: UInt64?, isEnd: Bool)
    /// One that would be streamed, to its end, because rights hang on the model it names: where two readers could find different models
    /// in it, a parser refuses it.
    case heldWhole([UInt8])
}

/// What a held body needs.
public enum HoldDecision: Sendable, Equatable {
    case more
    case enough
}
