internal import Foundation

extension Section {
    /// A string that must be there and not be empty.
    public func string(_ key: String) throws -> String {
        let text = try require(key, optionalString(key))
        guard !text.isEmpty else { throw empty(key) }
        return text
    }

    /// A string, or `default` when the key is absent.
    public func string(_ key: String, default: String) throws -> String {
        try optionalString(key) ?? `default`
    }

    /// A string, or nil when the key is absent.
    public func optionalString(_ key: String) throws -> String? {
        try optionalString(key, expected: "a string")
    }

    /// The same; `expected` says what else than a string may stand there.
    package func optionalString(_ key: String, expected: String) throws -> String? {
        try read(key, expected: expected) { node in
            guard case .string(let text, _) = node else { return nil }
            return text
        }
    }

    /// A string that is not empty, or nil when the key is absent.
    public func optionalFilledString(_ key: String) throws -> String? {
        contains(key) ? try string(key) : nil
    }

    /// The absolute path of a file or folder; one that is relative in the file starts at ``baseDirectory``.
    public func filePath(_ key: String) throws -> String {
        let path = resolve(try string(key))
        source.files.note(path, isWatched: false)
        return path
    }

    /// Like ``filePath(_:)``, of a file that is read now and whose change has the whole configuration read again.
    public func watchedFilePath(_ key: String) throws -> String {
        let path = try filePath(key)
        source.files.note(path, isWatched: true)
        return path
    }

    /// Like ``watchedFilePath(_:)``; nil when the key is absent.
    public func optionalWatchedFilePath(_ key: String) throws -> String? {
        contains(key) ? try watchedFilePath(key) : nil
    }

    /// The absolute path of a file or folder, or nil when the key is absent.
    public func optionalFilePath(_ key: String) throws -> String? {
        contains(key) ? try filePath(key) : nil
    }

    /// A list of strings that must be there.
    ///
    /// - Parameter oneOrMany: a single string counts as a list of one.
    public func strings(_ key: String, oneOrMany: Bool = false) throws -> [String] {
        try require(key, optionalStrings(key, oneOrMany: oneOrMany))
    }

    /// A list of strings, or `default` when the key is absent.
    public func strings(_ key: String, default: [String], oneOrMany: Bool = false) throws
        -> [String]
    {
        try optionalStrings(key, oneOrMany: oneOrMany) ?? `default`
    }

    /// A list of strings, or nil when the key is absent.
    public func optionalStrings(_ key: String, oneOrMany: Bool = false) throws -> [String]? {
        let expected = oneOrMany ? "a string or a list of strings" : "a list of strings"
        return try read(key, expected: expected) { node in
            switch node {
            case .string(let text, _) where oneOrMany:
                return [text]
            case .array(let elements):
                return try elements.map { element in
                    guard case .string(let text, _) = element else {
                        throw error("expected \(expected), found \(element.kind) in it", key: key)
                    }
                    return text
                }
            default:
                return nil
            }
        }
    }

    /// A table whose values are all strings; empty when the key is absent.
    public func stringTable(_ key: String) throws -> [String: String] {
        let table = try read(key, expected: "a table of strings") { node -> [String: String]? in
            guard case .table(let members) = node else { return nil }
            return try Dictionary(
                uniqueKeysWithValues: members.sorted { $0.key < $1.key }.map { name, member in
                    guard case .string(let text, _) = member else {
                        throw error(
                            "expected a string for '\(name)', found \(member.kind)", key: key)
                    }
                    return (name, text)
                })
        }
        return table ?? [:]
    }

    func resolve(_ path: String) -> String {
        let base = URL(fileURLWithPath: baseDirectory, isDirectory: true)
        return URL(fileURLWithPath: path, relativeTo: base).standardizedFileURL.path
    }
}
