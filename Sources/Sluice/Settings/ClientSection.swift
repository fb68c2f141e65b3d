internal import SluiceConfig
internal import SluiceCore

/// One `[[clients]]` section.
struct ClientSection {
    struct Key {
        let hash: KeyHash
        /// In seconds since 1970: the key's own end or the client's, whichever is first; nil: never.
        let end: Int?
    }

    let name: String
    let keys: [Key]
    /// Nil: any.
    let models: [String]?
    /// The names of providers; nil: all.
    let providers: [String]?

    /// - Parameter known: the names of all providers; nil where not all of them could be read.
    init(_ section: Section, providers known: [String]?) throws {
        name = try section.string("name")
        guard Self.isName(name) else { throw section.error(Self.nameRule, key: "name") }
        let end = try section.optionalEnd("expires")
        keys = try section.sections("keys", orStringsAs: "hash").map {
            try Self.key($0, end)
        }
        models = try section.modelNames("models")
        providers = try section.optionalStrings("providers", oneOrMany: true)
        if let known, let unknown = providers?.first(where: { !known.contains($0) }) {
            throw section.error(
                "no provider has the name '\(unknown)'; there are: "
                    + known.joined(separator: ", "), key: "providers")
        }
        if models?.isEmpty == true { throw section.error("names no model", key: "models") }
        if providers?.isEmpty == true { throw section.error("names no provider", key: "providers") }
    }

    private static func key(_ section: Section, _ clientsEnd: Int?) throws -> Key {
        let end = try section.optionalEnd("expires")
        let text = try section.string("hash")
        guard let hash = KeyHash(text) else { throw section.error(complaint(text), key: "hash") }
        try section.finish()
        return Key(hash: hash, end: [end, clientsEnd].compactMap { $0 }.min())
    }

    /// - Parameter text: what is no hash; it may be a key, and is not repeated.
    private static func complaint(_ text: String) -> String {
        guard ClientKey(text) != nil, !text.contains(":"), !text.contains("$") else {
            return
                "expected \"sha256:…\" or \"ID:$argon2id$…\", as `sluice key new` and `sluice key hash` print it"
        }
        return
            "looks like a key itself, and must be its hash: `sluice key hash` reads the key and prints what belongs here"
    }

    static let nameRule = "may have 64 letters, digits, spaces and signs out of - _ . @ : / +"

    /// The name stands in logs and errors.
    static func isName(_ text: String) -> Bool {
        1...64 ~= text.utf8.count && text.unicodeScalars.allSatisfy(isAllowed)
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9": true
        default: " -_.@:/+".unicodeScalars.contains(scalar)
        }
    }
}
