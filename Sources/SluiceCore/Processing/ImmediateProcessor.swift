/// A processor that need not wait for nearly all requests, and has nothing to say before a body is read.
///
/// Where all processors are of this kind, requests go their whole way in without a task of their own. A processor's
/// ``Processor/screen(_:context:)`` is not called on that way: keep the default one.
public protocol ImmediateProcessor: Processor {
    /// Does what ``Processor/process(_:context:)`` does, if that can be done without waiting.
    ///
    /// - Returns: nil, with the request as it was, where it has to wait: then `process` is called.
    func processAtOnce(
        _ request: inout ProxyRequest, context: ExchangeContext
    ) throws -> Decision?
}
