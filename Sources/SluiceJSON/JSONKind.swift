/// What a value is.
public enum JSONKind: Sendable, Equatable {
    /// Members in curly brackets.
    case object
    /// Elements in square brackets.
    case array
    /// Text in quotes.
    case string
    /// A number of any size and precision.
    case number
    /// `true` or `false`.
    case bool
    /// `null`.
    case null
}
