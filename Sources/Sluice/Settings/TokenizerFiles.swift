internal import SluiceConfig
internal import SluiceFiles
internal import SluiceTokens
internal import Synchronization

/// The tokenizers that one configuration names by their files; those that several models name are read once.
struct TokenizerFiles {
    private var tokenizers: [String: any Tokenizer] = [:]

    /// Those of the configuration read last: most have not changed when it is read again.
    private static let known = Mutex<[String: (stamp: FileStamp, tokenizer: any Tokenizer)]>([:])

    /// All of them, for counters.
    var all: FileTokenizers { FileTokenizers(Array(tokenizers.values)) }

    var paths: Set<String> { Set(tokenizers.keys) }

    /// Reads `{ file = "tokenizers/llama-3/tokenizer.json", name = "llama3" }`, where `name` may be absent.
    ///
    /// - Returns: the name of the tokenizer.
    mutating func read(_ section: Section) throws -> String {
        let path = try section.watchedFilePath("file")
        let name = try section.optionalString("name") ?? Tokenizers.name(ofFile: path)
        guard !name.isEmpty, !Tokenizers.names.contains(name) else {
            throw section.error("must not be the name of another tokenizer", key: "name")
        }
        for (other, tokenizer) in tokenizers where (other == path) != (tokenizer.name == name) {
            throw section.error(
                other == path
                    ? "this file has the name \"\(tokenizer.name)\" in another section"
                    : "another file has this name; give one of them a name of its own",
                key: other == path || section.contains("name") ? "name" : "file")
        }
        if tokenizers[path] == nil {
            do {
                tokenizers[path] = try Self.tokenizer(path, name)
            } catch {
                throw section.error("\(error)", key: "file")
            }
        }
        return name
    }

    /// Lets those go that this configuration does not name.
    func forgetOthers() {
        Self.known.withLock { known in known = known.filter { tokenizers[$0.key] != nil } }
    }

    private static func tokenizer(_ path: String, _ name: String) throws -> any Tokenizer {
        if let known = known.withLock({ $0[path] }), known.tokenizer.name == name,
            !known.stamp.isRecent, FileStamp(path) == known.stamp
        {
            return known.tokenizer
        }
        let read = try Tokenizers.readStamped(file: path, name: name)
        known.withLock { $0[path] = (read.stamp, read.tokenizer) }
        return read.tokenizer
    }
}
