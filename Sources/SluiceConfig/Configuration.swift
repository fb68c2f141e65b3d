internal import Foundation
internal import TOMLKit

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
        let url = URL(fileURLWithPath: path)
        let data: Data
        do {
            data = try Data(contentsOf: url)
        } catch {
            throw ConfigurationErrors([
                ConfigurationError("cannot be read: \(reason(error))", file: path)
            ])
        }
        guard data.count <= sizeLimit else {
            throw ConfigurationErrors([
                ConfigurationError("is larger than \(sizeLimit) bytes", file: path)
            ])
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw ConfigurationErrors([ConfigurationError("is not valid UTF-8", file: path)])
        }
        return try parse(
            text, file: path,
            environment: environment ?? ProcessInfo.processInfo.environment,
            baseDirectory: url.deletingLastPathComponent().path)
    }

    /// Parses the text of a configuration and expands its variables.
    ///
    /// - Parameters:
    ///   - text: the TOML document.
    ///   - file: the name that errors show, or nil.
    ///   - environment: the variables for `${NAME}`.
    ///   - baseDirectory: the folder to which relative paths inside the text refer.
    /// - Returns: the top level.
    /// - Throws: ``ConfigurationErrors`` with the first syntax error, or with every undefined variable.
    public static func parse(
        _ text: String, file: String? = nil, environment: [String: String] = [:],
        baseDirectory: String = "."
    ) throws -> Section {
        try refuseNUL(text, file)
        let table = try parseTOML(text, file)
        let lines = LineIndex(text)
        var errors = ConfigurationErrors()
        let reader = NodeReader(expansion: VariableExpansion(environment: environment)) {
            message, place, key in
            errors.append(
                ConfigurationError(
                    message, file: file, section: place.shown, key: key,
                    line: lines.line(of: place.components + [key])))
        }
        let members = reader.table(table, at: Place())
        try errors.throwIfAny()
        return Section(
            members: members, place: Place(), parent: nil,
            source: .init(file: file, lines: lines, baseDirectory: baseDirectory))
    }

    private static func parseTOML(_ text: String, _ file: String?) throws -> TOMLTable {
        do {
            return try TOMLTable(string: text)
        } catch let error as TOMLParseError {
            throw ConfigurationErrors([
                ConfigurationError(
                    withoutExcerpts(error.description), file: file, line: error.source.begin.line)
            ])
        }
    }

    /// TOMLKit hands strings over as C strings, which end at the first NUL: a value would be cut without a word.
    private static func refuseNUL(_ text: String, _ file: String?) throws {
        let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
        for (index, bytes) in lines.enumerated() {
            let line = Substring(bytes)
            guard bytes.contains(0) || line.contains("\\u0000") || line.contains("\\U00000000")
            else { continue }
            throw ConfigurationErrors([
                ConfigurationError("a NUL character is not allowed", file: file, line: index + 1)
            ])
        }
    }

    /// The parser quotes what it stumbled over, and that can be a credential which somebody forgot to quote.
    private static func withoutExcerpts(_ description: String) -> String {
        if description.contains("is not representable") {
            return "Error while parsing value: a number that does not fit 64 bits"
        }
        let excerpt = description.range(of: "; saw '")
        let sentence = String(description[..<(excerpt?.lowerBound ?? description.endIndex)])
        return looksUnquoted(sentence) ? sentence + " (is it missing its quotes?)" : sentence
    }

    /// Text without quotes is taken for what its first letters could begin: a time, a number, a truth value.
    private static func looksUnquoted(_ sentence: String) -> Bool {
        if sentence.contains("could not determine value type") { return true }
        return ["boolean", "integer", "floating-point", "date", "time"].contains { kind in
            sentence.prefix { $0 != ":" }.contains(kind)
        }
    }

    private static func reason(_ error: any Error) -> String {
        switch (error as? CocoaError)?.code {
        case .fileReadNoSuchFile: "there is no such file"
        case .fileReadNoPermission: "permission denied"
        default: "it is not a readable file"
        }
    }
}
