/// The text of a file whose encrypted strings are all under the first of the keys. Nothing else of the text is changed.
package struct SecretRotation {
    package private(set) var text = ""
    /// How many were encrypted anew.
    package private(set) var rotated = 0
    /// How many were under the first key already.
    package private(set) var kept = 0

    /// - Throws: ``ConfigurationErrors`` with every string that cannot be decrypted. What is switched off by a `#` may be.
    package init(_ original: String, file: String, keys: SecretKeys) throws {
        var errors = ConfigurationErrors()
        let lines = original.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            if index > 0 { text += "\n" }
            let isComment = line.drop { $0 == " " || $0 == "\t" }.hasPrefix("#")
            append(line, keys) { error in
                guard !isComment else { return }
                errors.append(
                    ConfigurationError(
                        "an encrypted value \(error)", file: file, line: index + 1))
            }
        }
        try errors.throwIfAny()
    }

    private mutating func append(
        _ line: Substring, _ keys: SecretKeys, report: (SecretsUnavailable) -> Void
    ) {
        var rest = line
        while let quote = rest.firstIndex(where: { $0 == "\"" || $0 == "'" }) {
            let start = rest.index(after: quote)
            text += rest[..<start]
            let value = rest[start...].prefix { $0 != "\"" && $0 != "'" }
            text +=
                SealedText.isMeant(by: String(value)) ? anew(value, keys, report) : String(value)
            rest = rest[value.endIndex...]
        }
        text += rest
    }

    private mutating func anew(
        _ value: Substring, _ keys: SecretKeys, _ report: (SecretsUnavailable) -> Void
    ) -> String {
        do throws(SecretsUnavailable) {
            let sealed = try SealedText(value)
            let plain = try sealed.open(with: keys)
            guard sealed.keyID != keys.first.id else {
                kept += 1
                return String(value)
            }
            rotated += 1
            return SealedText(plain, under: keys.first).text
        } catch {
            report(error)
            return String(value)
        }
    }
}
