internal import SluiceJSON

/// A value of a `tokenizer.json` and the way to it, for errors that say where.
struct TokenizerJSON {
    let value: JSONValue
    let path: String

    func unusable(_ reason: String) -> UnusableTokenizer {
        UnusableTokenizer("has \(reason) in '\(path)'")
    }

    /// A member that is there and not null.
    func optional(_ key: String) -> TokenizerJSON? {
        guard let member = value[key], !member.isNull else { return nil }
        return TokenizerJSON(value: member, path: path.isEmpty ? key : "\(path).\(key)")
    }

    func member(_ key: String) throws -> TokenizerJSON {
        guard let member = optional(key) else { throw unusable("no '\(key)'") }
        return member
    }

    func text() throws -> String {
        guard let text = value.string else { throw unusable("something else than a string") }
        return text
    }

    func flag(_ key: String, default: Bool) throws -> Bool {
        guard let member = optional(key) else { return `default` }
        guard let flag = member.value.bool else {
            throw member.unusable("something else than true or false")
        }
        return flag
    }

    /// The name in `type`.
    func type() throws -> String { try member("type").text() }

    /// The elements of a list, each with its number in its path.
    func elements() throws -> [TokenizerJSON] {
        guard value.isArray else { throw unusable("something else than a list") }
        return value.elements.enumerated().map { TokenizerJSON(value: $1, path: "\(path)[\($0)]") }
    }

    /// The name of something that a list has, or `default` if the key is absent.
    func choice<Choice: RawRepresentable<String>>(_ key: String, default: Choice) throws -> Choice {
        guard let member = optional(key) else { return `default` }
        guard let choice = Choice(rawValue: try member.text()) else {
            throw member.unusable("an unknown name")
        }
        return choice
    }
}
