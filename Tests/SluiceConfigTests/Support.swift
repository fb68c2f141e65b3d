import SluiceConfig
import Testing

/// What a step says when it fails, or "no error".
func failure(_ step: () throws -> Void) -> String {
    do {
        try step()
        return "no error"
    } catch {
        return "\(error)"
    }
}

/// Parses a text that is known to be right.
func parse(_ text: String, _ environment: [String: String] = [:]) throws -> Section {
    try Configuration.parse(text, environment: environment, baseDirectory: "/etc/sluice")
}

/// A reading of one key, as the table of a parameterised test has it.
struct Reading: Sendable, CustomTestStringConvertible {
    var line: String
    var expected: String
    var read: @Sendable (Section) throws -> String

    init(
        _ line: String, _ expected: String, _ read: @escaping @Sendable (Section) throws -> String
    ) {
        self.line = line
        self.expected = expected
        self.read = read
    }

    var testDescription: String { line }

    /// The value that was read, or the error.
    func run() throws -> String {
        let root = try parse("[x]\n\(line)")
        guard let section = try root.section("x") else { return "no section" }
        do {
            return try read(section)
        } catch {
            return "\(error)"
        }
    }
}
