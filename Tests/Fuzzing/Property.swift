/// Traps, which libFuzzer reports with the input, unless a property holds.
///
/// - Parameters:
///   - sentence: the property.
///   - isHeld: whether it holds here.
///   - details: what was found, for whoever reads the report.
func property(
    _ sentence: StaticString, _ isHeld: Bool, _ details: @autoclosure () -> String = ""
) {
    guard !isHeld else { return }
    fatalError("\(sentence)\n\(details())")
}

/// The same for two values that must be equal.
func property<Value: Equatable>(_ sentence: StaticString, _ one: Value, _ other: Value) {
    property(sentence, one == other, "one:   \(one)\nother: \(other)")
}
