import Foundation
import SluiceJSON
import Testing

@testable import SluiceTokens

/// What is read of a `tokenizer.json`. That its ids are those of Hugging Face's library is compared in Tests/clients.
@Suite struct HuggingFaceTests {
    @Test("Words are made by merging, and ids are those of the file")
    func wordsAreMerged() throws {
        var file = TokenizerFile()
        file.vocab["Ġthe"] = 4_242
        file.merges.append(["Ġ", "the"])
        let tokenizer = try file.tokenizer()
        #expect(tokenizer.ids("the the") == [UInt32(try #require(file.vocab["the"])), 4_242])
        #expect(tokenizer.count("the thing") == 4)
        #expect(tokenizer.count("") == 0)
        #expect(tokenizer.isExact && tokenizer.isWithinBytes)
    }

    @Test("Merges may be strings")
    func mergesMayBeStrings() throws {
        var file = TokenizerFile()
        let pairs = try file.tokenizer()
        file.model["merges"] = ["#version: 0.2"] + file.merges.map { $0.joined(separator: " ") }
        #expect(try file.tokenizer().ids("the words\n\n") == pairs.ids("the words\n\n"))
    }

    @Test("A special token is ordinary text, another added token is not")
    func specialTokensAreText() throws {
        var file = TokenizerFile()
        file.rest["added_tokens"] = [
            ["id": 1, "content": "<|end|>", "special": true],
            ["id": 2, "content": "<tool>", "special": false, "normalized": false],
        ]
        let tokenizer = try file.tokenizer()
        #expect(tokenizer.count("<|end|>") == 7)
        // Hugging Face's library numbers them itself: the first has the id behind the vocabulary.
        #expect(tokenizer.ids("<tool>") == [UInt32(file.vocab.count + 1)])
    }

    @Test(
        "What is wrong with a model is said",
        arguments: [
            (#"{"type": "Unigram"}"#, "a model of the type Unigram"),
            (#"{"type": "WordPiece"}"#, "a model of the type WordPiece"),
            (#"{"continuing_subword_prefix": "@@"}"#, "continuing_subword_prefix"),
            (#"{"end_of_word_suffix": "</w>"}"#, "end_of_word_suffix"),
            (#"{"dropout": 0.1}"#, "dropout"),
            (#"{"merges": [["the", "nothing"]]}"#, "unknown token"),
            (#"{"merges": ["t h e"]}"#, "number 0"), (#"{"merges": [["t"]]}"#, "number 0"),
            (#"{"merges": [["t", ""]]}"#, "nothing"), (#"{"merges": [["a", "b"]]}"#, "unknown"),
            (#"{"merges": 5}"#, "list"), (#"{"merges": null}"#, "no 'merges'"),
            (#"{"vocab": ["a", "b"]}"#, "object"), (#"{"vocab": {}}"#, "no tokens"),
            (#"{"vocab": {"a": -1}}"#, "an id"), (#"{"vocab": {"a": 1e30}}"#, "an id"),
            (#"{"vocab": {"a": 99999999999}}"#, "an id"), (#"{"vocab": {"a": "b"}}"#, "an id"),
            (#"{"vocab": {"": 1}}"#, "empty token"), (#"{"vocab": {"a": 1, "b": 1}}"#, "the id 1"),
        ])
    func wrongModelsAreRefused(_ model: String, _ complaint: String) throws {
        var file = TokenizerFile()
        file.model = try #require(Self.value(model) as? [String: Any])
        expect(file, complaint)
    }

    @Test(
        "Steps that are not known are refused by their names",
        arguments: [
            ("normalizer", #"{"type": "Precompiled"}"#, "Precompiled"),
            ("normalizer", #"{"type": "Sequence", "normalizers": [{"type": "Nmt"}]}"#, "Nmt"),
            (
                "normalizer", #"{"type": "Replace", "pattern": {"Regex": "("}, "content": ""}"#,
                "regular"
            ),
            ("normalizer", #"{"type": "Sequence"}"#, "normalizers"), ("normalizer", "5", "type"),
            ("pre_tokenizer", #"{"type": "UnicodeScripts"}"#, "UnicodeScripts"),
            ("pre_tokenizer", #"{"type": "Split", "pattern": {"String": ""}}"#, "empty text"),
            (
                "pre_tokenizer",
                #"{"type": "Split", "pattern": {"Regex": "a"}, "behavior": "b"}"#, "name"
            ),
            ("model", "null", "no 'model'"), ("model", #""BPE""#, "model"),
            ("added_tokens", #"[{"id": 1}]"#, "content"), ("added_tokens", #"["a"]"#, "content"),
        ])
    func wrongStepsAreRefused(_ key: String, _ value: String, _ complaint: String) throws {
        var file = TokenizerFile()
        file.rest[key] = try Self.value(value)
        expect(file, complaint)
    }

    private static func value(_ json: String) throws -> Any {
        try JSONSerialization.jsonObject(with: Data(json.utf8), options: .fragmentsAllowed)
    }

    private func expect(_ file: TokenizerFile, _ complaint: String) {
        let error = #expect(throws: TokenizerError.self) { try file.tokenizer() }
        #expect(error.map { "\($0)" }?.contains(complaint) == true, "\(error as Any)")
    }

    @Test("A file that is cut off anywhere is refused")
    func halvesAreRefused() {
        let json = TokenizerFile().json
        for length in stride(from: 0, to: json.count - 1, by: 37) {
            #expect(throws: TokenizerError.self) {
                try HuggingFaceTokenizer(name: "half", file: Array(json[..<length]))
            }
        }
    }

    @Test("A file with a changed byte is refused or read, and its tokenizer counts")
    func changedFilesAreSafe() throws {
        var numbers = SplitMix64(state: 7)
        let json = TokenizerFile().json
        for _ in 0..<400 {
            var changed = json
            for _ in 0..<Int.random(in: 1...3, using: &numbers) {
                changed[Int.random(in: 0..<json.count, using: &numbers)] =
                    Array(#"0123456789abc{}[]",:\-"#.utf8).randomElement(using: &numbers) ?? 0
            }
            guard let tokenizer = try? HuggingFaceTokenizer(name: "changed", file: changed) else {
                continue
            }
            let text = "the thing, thé words\n\n 123 \u{200D}"
            #expect(tokenizer.count(text) == tokenizer.ids(text).count)
        }
    }

    @Test(
        "A million bytes of one unit are counted", .timeLimit(.minutes(2)),
        arguments: ["a", " ", "\n", "t", "the", "\u{200D}", "中", "\u{301}", ".:"])
    func runsAreLinear(_ unit: String) throws {
        let text = String(repeating: unit, count: 1_000_000 / unit.utf8.count)
        var file = TokenizerFile()
        let count = try file.tokenizer().count(text)
        #expect(count <= text.utf8.count && count > text.utf8.count / 4)
        // Without a token for a byte all goes through the queue, to the same end.
        file.vocab["Ā"] = nil
        let part = String(text.prefix(50_000))
        #expect(try file.tokenizer().count(part) == TokenizerFile().tokenizer().count(part))
    }

    @Test(
        "A pattern that looks at all that follows is given up, and the count no longer called exact",
        .timeLimit(.minutes(1)))
    func slowPatternsAreGivenUp() throws {
        var file = TokenizerFile()
        file.rest["pre_tokenizer"] = [
            "type": "Sequence",
            "pretokenizers": [
                ["type": "Split", "pattern": ["Regex": "(a+)+$"], "behavior": "Isolated"],
                ["type": "ByteLevel", "add_prefix_space": false, "use_regex": false],
            ],
        ]
        let tokenizer = try file.tokenizer()
        #expect(tokenizer.count("aab") == 3 && tokenizer.isExact)
        #expect(tokenizer.count(String(repeating: "a", count: 5_000) + "b") == 5_001)
        #expect(!tokenizer.isExact)
    }

    @Test("Merging in order needs no queue, and a merge that comes too early takes a detour")
    func ordersAreFound() throws {
        #expect(try irregular(TokenizerFile()) == 0)
        var file = TokenizerFile(words: ["ab"])
        (file.vocab["bc"], file.vocab["abc"]) = (300, 301)
        // There is no way to "abc" but by "bc", which comes later, and "ab" comes after both.
        file.merges = [["a", "bc"], ["b", "c"], ["a", "b"]]
        #expect(try irregular(file) == 1)
        #expect(try file.tokenizer().ids("abcbc") == [301, 300])
        file.vocab["Ā"] = nil
        #expect(try irregular(file) == nil)
    }

    /// How many tokens take a detour; nil where all do.
    private func irregular(_ file: TokenizerFile) throws -> Int? {
        let document = try JSONDocument(parsing: file.json)
        let model = try TokenizerJSON(value: document.root, path: "").member("model")
        guard let order = MergeOrder(try BytePairFile(model, spelling: .bytes)) else { return nil }
        return order.irregular.count
    }

    @Test("Files are read by their paths, and named by folder and file")
    func filesAreRead() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "tokenizer.json").path
        try Data(TokenizerFile().json).write(to: URL(fileURLWithPath: path))
        let name = "\(folder.lastPathComponent)/tokenizer.json"
        #expect(try Tokenizers.read(file: path).name == name)
        #expect(try Tokenizers.read(file: path, name: "mine").name == "mine")
        for wrong in [folder.path, path + "x", "/dev/null"] {
            let error = #expect(throws: TokenizerError.self) { try Tokenizers.read(file: wrong) }
            #expect(error.map { "\($0)" }?.hasPrefix(wrong) == true)
        }
        for (content, reason) in [
            (nil, "cannot be read: there is no such file"),
            ("{}", "is neither a tokenizer.json of Hugging Face nor a model of SentencePiece"),
            ("words", "is neither a tokenizer.json of Hugging Face nor a model of SentencePiece"),
            ("IQ== 0\nIg== 1\n", "is a vocabulary of tiktoken, whose form is not read"),
            (
                #"{"config": {}, "vocab": []}"#,
                "is a tekken.json of Mistral, whose form is not read"
            ),
        ] {
            let other = folder.appending(path: "other").path
            if let content {
                try Data(content.utf8).write(to: URL(fileURLWithPath: other))
            }
            let error = #expect(throws: TokenizerError.self) { try Tokenizers.read(file: other) }
            #expect(error.map { "\($0)" } == "\(other) \(reason)")
        }
    }
}
