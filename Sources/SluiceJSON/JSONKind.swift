/// What a value is.
public enum JSONKind: Sendable, Equatable {
    case object
    case array
    case string
    case number
    case bool
    case null
}
