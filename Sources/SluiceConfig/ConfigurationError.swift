/// One thing that is wrong with a configuration file, said so that a person can mend it.
///
/// The description is one sentence that names the place and, where one is near, the key that was probably meant:
/// `proxy.conf:3: unknown key 'listn' in [server]; did you mean 'listen'?`. It never contains the value of a
/// variable, and a string from the file only where that string cannot be a credential.
public struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file as the caller named it, or nil when the text did not come from one.
    public var file: String?
    /// The section as it is shown to people: `[server]`, `[[providers]] #2 (openai)`; empty for the top level.
    public var section: String
    /// The key inside the section, or nil when the section as a whole is meant.
    public var key: String?
    /// The line in the file, counted from 1, where it is known.
    public var line: Int?
    /// What is wrong, without the place.
    public var message: String
    /// What might have been meant, as a question or a hint.
    public var suggestion: String?

    /// Makes an error. Code that has a ``Section`` uses ``Section/error(_:key:suggestion:)``, which fills in the place.
    public init(
        _ message: String, file: String? = nil, section: String = "", key: String? = nil,
        line: Int? = nil, suggestion: String? = nil
    ) {
        self.file = file
        self.section = section
        self.key = key
        self.line = line
        self.message = message
        self.suggestion = suggestion
    }

    /// The whole sentence, with file and line in front where they are known. A name that looks like a credential is one that stands in
    /// the wrong place, and is not shown.
    public var description: String {
        let text = sentence + (suggestion.map { "; \($0)" } ?? "")
        return location + LikelyCredential.hide(in: Self.inOneLine(text))
    }

    /// Keys may contain anything, and the parser quotes up to three characters as they are.
    private static func inOneLine(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        return text.unicodeScalars.reduce(into: "") { result, scalar in
            result += isControl(scalar) ? scalar.escaped(asASCII: true) : String(scalar)
        }
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .control
    }

    private var location: String {
        switch (file, line) {
        case (let file?, let line?): "\(file):\(line): "
        case (let file?, nil): "\(file): "
        case (nil, let line?): "line \(line): "
        case (nil, nil): ""
        }
    }

    private var sentence: String {
        guard let key else { return section.isEmpty ? message : "\(section): \(message)" }
        if message == Self.unknownSection { return "\(message) '\(key)'" }
        let place = section.isEmpty ? "at the top level" : "in \(section)"
        // These two read better with the key inside the sentence than in front of it.
        if message == Self.unknownKey || message == Self.missingKey {
            return "\(message) '\(key)' \(place)"
        }
        return "'\(key)' \(place): \(message)"
    }

    static let unknownKey = "unknown key"
    /// Like the above, for a table at the top level.
    static let unknownSection = "unknown section"
    static let missingKey = "missing key"
}
