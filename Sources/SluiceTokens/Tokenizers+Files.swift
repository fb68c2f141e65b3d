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
        } catch UnreadableFile.unreadable where FileStamp(path) == nil {
            throw TokenizerError.unusableFile(
                path, reason: "cannot be read: there is no such file")
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
        var beginning: [UInt8] = []
        for index in 0..<min(bytes.count, 1_024) { beginning.append(bytes[index]) }
        let document: JSONDocument
        do {
            document = try JSONDocument(parsing: bytes)
        } catch {
            // A file that is cut off is one all the same.
            let first = beginning.first { !" \n\r\t".utf8.contains($0) }
            guard first == UInt8(ascii: "{") else {
                throw UnusableTokenizer(otherForm(beginning))
            }
            throw UnusableTokenizer("is no tokenizer.json. \(error)")
        }
        guard document.root["model"] != nil else {
            throw UnusableTokenizer(
                document.root["vocab"] == nil
                    ? noKnownForm : "is a tekken.json of Mistral, whose form is not read")
        }
        return try HuggingFaceTokenizer(
            name: name, TokenizerJSON(value: document.root, path: ""))
    }

    private static let noKnownForm =
        "is neither a tokenizer.json of Hugging Face nor a model of SentencePiece"

    /// What a file is that is no JSON, by its beginning.
    private static func otherForm(_ bytes: [UInt8]) -> String {
        let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
        let words = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        // Each line of tiktoken's vocabularies is a token in base64 with its number.
        guard words.count == 2, words[0].count % 4 == 0, !words[0].isEmpty,
            words[1].allSatisfy(digits.contains), !words[1].isEmpty
        else { return noKnownForm }
        return "is a vocabulary of tiktoken, whose form is not read"
    }
}
