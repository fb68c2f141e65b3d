/// Puts environment variables into a string: `${NAME}`, `${NAME:-default}`, and `$$` for a dollar sign.
///
/// A dollar sign before anything else stays as it is, so that regular expressions need no care. What a variable
/// contains is not expanded again.
struct VariableExpansion {
    var environment: [String: String]

    struct Failure: Error {
        var message: String
    }

    func expand(_ text: String) throws(Failure) -> String {
        guard text.utf8.contains(UInt8(ascii: "$")) else { return text }
        var result = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            switch rest.first {
            case "$":
                result += "$"
                rest = rest.dropFirst()
            case "{":
                guard let end = rest.firstIndex(of: "}") else {
                    throw Failure(message: "'${' without its '}' (write '$$' for a dollar sign)")
                }
                result += try value(of: rest[rest.index(after: rest.startIndex)..<end])
                rest = rest[rest.index(after: end)...]
            default:
                result += "$"
            }
        }
        return result + rest
    }

    private func value(of reference: Substring) throws(Failure) -> String {
        var name = reference
        var fallback: Substring?
        if let colon = reference.firstIndex(of: ":"), reference[colon...].hasPrefix(":-") {
            name = reference[..<colon]
            fallback = reference[colon...].dropFirst(2)
        }
        guard Self.isName(name) else {
            throw Failure(
                message: "'${…}' needs the name of a variable: letters, digits and underscores")
        }
        // As in a shell, `:-` also replaces a variable that is set but empty.
        if let value = environment[String(name)], !(value.isEmpty && fallback != nil) {
            return value
        }
        if let fallback { return String(fallback) }
        throw Failure(message: "the environment variable \(name) is not set")
    }

    /// The variable with which a string begins, where it has no text for one that is empty.
    static func firstName(in text: String) -> String? {
        guard text.hasPrefix("${"), let end = text.firstIndex(of: "}") else { return nil }
        let name = text[..<end].dropFirst(2)
        return isName(name) ? String(name) : nil
    }

    private static func isName(_ name: Substring) -> Bool {
        guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }
}
