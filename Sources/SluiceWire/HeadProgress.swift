/// What a head parser made of the bytes received so far.
public enum HeadProgress<Head: Sendable>: Sendable {
    /// No fault yet, but no whole head either: call again with more bytes.
    case incomplete
    /// A whole head.
    ///
    /// - Parameters:
    ///   - Head: the head.
    ///   - consumed: how many of the bytes belong to it; the body begins there.
    case complete(Head, consumed: Int)
    /// The message must not be served, and the connection must be closed after the answer.
    case refused(Refusal)
}
