internal import Foundation
internal import TOMLKit

/// The text of a configuration before its values mean anything.
struct ConfigurationText {
    let text: String
    /// The name that errors show, or nil.
    let file: String?
    /// The folder to which relative paths inside the text refer.
    let baseDirectory: String

    init(text: String, file: String?, baseDirectory: String) {
        self.text = text
        self.file = file
        self.baseDirectory = baseDirectory
    }

    /// Reads a file.
    ///
    /// - Throws: ``ConfigurationErrors``.
    init(path: String) throws {
        let url = URL(fileURLWithPath: path)
        let data: Data
        do {
            data = try Data(contentsOf: url)
        } catch {
            throw ConfigurationErrors([
                ConfigurationError("cannot be read: \(Self.reason(error))", file: path)
            ])
        }
        let limit = Configuration.sizeLimit
        guard data.count <= limit else {
            throw ConfigurationErrors([
                ConfigurationError("is larger than \(limit) bytes", file: path)
            ])
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw ConfigurationErrors([ConfigurationError("is not valid UTF-8", file: path)])
        }
        self.init(text: text, file: path, baseDirectory: url.deletingLastPathComponent().path)
    }

    /// The top level, with variables in their places and secrets as they stand.
    ///
    /// - Parameter report: told of each variable that is wrong.
    /// - Throws: ``ConfigurationErrors`` with the first syntax error.
    func root(
        _ environment: [String: String], report: (ConfigurationError) -> Void
    ) throws -> Section {
        try refuseNUL()
        if let fault = TextCheck.firstFault(in: text) {
            throw ConfigurationErrors([
                ConfigurationError(fault.message, file: file, line: fault.line)
            ])
        }
        let table = try table()
        // TOMLKit keeps every document for good; emptied, it has no more than its strings.
        defer { table.clear() }
        let lines = LineIndex(text)
        return withoutActuallyEscaping(report) { report in
            let reader = NodeReader(expansion: VariableExpansion(environment: environment)) {
                message, place, key in
                report(
                    ConfigurationError(
                        message, file: file, section: place.shown, key: key,
                        line: lines.line(of: place.components + [key])))
            }
            return Section(
                members: reader.table(table, at: Place()), place: Place(), parent: nil,
                source: .init(file: file, lines: lines, baseDirectory: baseDirectory))
        }
    }

    private func table() throws -> TOMLTable {
        do {
            return try TOMLTable(string: text)
        } catch let error as TOMLParseError {
            throw ConfigurationErrors([
                ConfigurationError(
                    Self.withoutExcerpts(error.description), file: file,
                    line: error.source.begin.line)
            ])
        }
    }

    /// TOMLKit hands strings over as C strings, which end at the first NUL: a value would be cut without a word.
    private func refuseNUL() throws {
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
