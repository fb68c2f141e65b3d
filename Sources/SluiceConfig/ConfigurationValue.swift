/// A value of the file as it is, for settings whose shape only their user knows (defaults per model alias, for instance).
///
/// Variables in strings are already expanded.
public indirect enum ConfigurationValue: Sendable, Equatable {
    /// A string.
    case string(String)
    /// A whole number.
    case int(Int)
    /// A number with a fraction or an exponent; TOML also knows `inf` and `nan`.
    case double(Double)
    /// A truth value.
    case bool(Bool)
    /// A list, of mixed kinds if the file has them.
    case array([ConfigurationValue])
    /// A table. TOML gives its keys no order.
    case table([String: ConfigurationValue])
}
