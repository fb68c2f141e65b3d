package import SluiceConfig

extension Section {
    /// Names of models, and patterns that end in `*`; nil when the key is absent.
    package func modelNames(_ key: String) throws -> [String]? {
        let names = try optionalStrings(key, oneOrMany: true)
        if let wrong = names?.first(where: { $0.dropLast().contains("*") || $0.isEmpty }) {
            throw error("'\(wrong)': a pattern has its only '*' at the end", key: key)
        }
        return names
    }
}
