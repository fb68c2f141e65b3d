internal import Foundation

/// The keys of a configuration file: the first encrypts, all of them decrypt.
package struct SecretKeys: Sendable {
    /// What new secrets are encrypted under.
    package let first: SecretKey
    private let others: [SecretKey]

    /// Where the keys are where no file says otherwise.
    package static let variable = "SLUICE_SECRET_KEY"
    private static let sizeLimit = 64 << 10

    /// The IDs of all keys, in order.
    package var ids: [String] { ([first] + others).map(\.id) }

    /// Keys as `sluice secret new-key` prints them, with spaces, line ends or commas between them.
    ///
    /// - Parameter place: where the text stands, for errors.
    /// - Throws: ``SecretsUnavailable``, which says nothing of the text.
    init(_ text: String, from place: String) throws(SecretsUnavailable) {
        let parts = text.split { $0.isWhitespace || $0 == "," }
        let keys = parts.compactMap { SecretKey($0) }
        guard keys.count == parts.count else {
            throw SecretsUnavailable(
                "\(place) holds something that is no key of `sluice secret new-key`")
        }
        guard let first = keys.first else { throw SecretsUnavailable("\(place) is empty") }
        self.first = first
        others = Array(keys.dropFirst())
    }

    /// The keys in the environment.
    ///
    /// - Throws: ``SecretsUnavailable``.
    package init(
        environment: [String: String], variable: String = variable
    ) throws(SecretsUnavailable) {
        guard let text = environment[variable] else {
            throw SecretsUnavailable("the environment variable \(variable) is not set")
        }
        try self.init(text, from: "the environment variable \(variable)")
    }

    /// The keys in a file.
    init(file path: String) throws(SecretsUnavailable) {
        guard let data = FileManager.default.contents(atPath: path), data.count <= Self.sizeLimit,
            let text = String(validating: data, as: UTF8.self)
        else { throw SecretsUnavailable("the file cannot be read") }
        try self.init(text, from: "the file")
    }

    func key(_ id: some StringProtocol) -> SecretKey? {
        ([first] + others).first { $0.id == id }
    }
}

/// Why secrets cannot be decrypted. It says nothing of keys or values, so it may be logged.
package struct SecretsUnavailable: Error, Sendable, Equatable, CustomStringConvertible {
    /// A sentence without its place.
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
