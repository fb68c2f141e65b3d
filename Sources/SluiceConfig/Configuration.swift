internal import Foundation

/// Reads a configuration file (TOML 1.0) into ``Section`` values.
///
/// ```swift
/// let root = try Configuration.load("/etc/sluice/proxy.conf")
/// let listen = try root.section("server")?.strings("listen", oneOrMany: true)
/// try root.rejectUnreadKeys()
/// ```
public enum Configuration {
    /// The largest file that is read; a configuration of a thousand routes has a tenth of it.
    public static let sizeLimit = 4 << 20

    /// Reads a file. References to other files inside it are relative to its folder.
    ///
    /// - Parameters:
    ///   - path: the file; errors name it as given here.
    ///   - environment: the variables for `${NAME}`; nil takes those of this process.
    /// - Throws: ``ConfigurationErrors``.
    public static func load(_ path: String, environment: [String: String]? = nil) throws -> Section
    {
        let text = try ConfigurationText(path: path)
        return try parse(text, environment ?? ProcessInfo.processInfo.environment)
    }

    /// Parses the text of a configuration, expands its variables and decrypts its secrets.
    ///
    /// - Parameters:
    ///   - text: the TOML document.
    ///   - file: the name that errors show, or nil.
    ///   - environment: the variables for `${NAME}`, and for the key of secrets.
    ///   - baseDirectory: the folder to which relative paths inside the text refer.
    /// - Returns: the top level.
    /// - Throws: ``ConfigurationErrors`` with the first syntax error, with every undefined variable, or with every
    ///   string that cannot be decrypted.
    public static func parse(
        _ text: String, file: String? = nil, environment: [String: String] = [:],
        baseDirectory: String = "."
    ) throws -> Section {
        try parse(
            ConfigurationText(text: text, file: file, baseDirectory: baseDirectory), environment)
    }

    private static func parse(
        _ text: ConfigurationText, _ environment: [String: String]
    ) throws -> Section {
        var errors = ConfigurationErrors()
        let root = try text.root(environment) { errors.append($0) }
        try errors.throwIfAny()
        return try decrypted(root, environment: environment)
    }
}
