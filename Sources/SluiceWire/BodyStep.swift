/// What a body decoder found next.
public enum BodyStep: Sendable, Equatable {
    /// The offsets of body data among the bytes given; call again from the range's end.
    case data(Range<Int>)
    /// All bytes given were used, and more are needed.
    case needMore
    /// The body is whole. What follows it begins at the offset.
    case end(offset: Int)
    /// The body is broken, and so is the connection.
    case refused(Refusal)
}
