package import SluiceFiles
internal import SluiceJSON

extension Tokenizers {
    /// A tokenizer.json of a hundred thousand tokens has ten to twenty million bytes.
    package static let fileLimit = 100 << 20

    /// Reads a tokenizer from a file of Hugging Face or SentencePiece, told apart by what is in it.
    ///
    /// That takes up to a few tenths of a second: it is no work for an event loop.
    ///
    /// - Parameters:
    ///   - path: a `tokenizer.json`, or a `tokenizer.model` of SentencePiece.
    ///   - name: the name of the tokenizer; nil: the file's with its folder's before it, `llama-3/tokenizer.json`.
    /// - Throws: ``TokenizerError``, which says the file and what is wrong with it.
    public static func read(file path: String, name: String? = nil) throws -> any Tokenizer {
        try readStamped(file: path, name: name).tokenizer
    }

    /// The same, with the stamp of just that file.
    package static func readStamped(
        file path: String, name: String? = nil
    ) throws -> (tokenizer: any Tokenizer, stamp: FileStamp) {
        do {
            let (stamp, bytes) = try RegularFile.read(path, limit: fileLimit)
            return (try tokenizer(name ?? Self.name(ofFile: path), of: bytes), stamp)
        } catch {
            throw TokenizerError.unusableFile(path, reason: "\(error)")
        }
    }

    /// The last folder of a path and the file's name, `llama-3/tokenizer.json`.
    package static func name(ofFile path: String) -> String {
        path.split(separator: "/").suffix(2).joined(separator: "/")
    }

    /// - Throws: an error whose description goes behind the file's name.
    private static func tokenizer(
        _ name: String, of bytes: consuming [UInt8]
    ) throws -> any Tokenizer {
        if SentencePieceModel.begins(bytes) {
            return try SentencePieceTokenizer(name: name, model: bytes)
        }
        let document: JSONDocument
        do {
            document = try JSONDocument(parsing: bytes)
        } catch {
            throw UnusableTokenizer("is no tokenizer.json. \(error)")
        }
        return try HuggingFaceTokenizer(
            name: name, TokenizerJSON(value: document.root, path: ""))
    }
}
