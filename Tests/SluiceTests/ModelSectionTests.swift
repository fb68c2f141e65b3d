import Foundation
import SluiceConfig
import SluiceCore
import SluiceTokens
import Testing

@testable import Sluice

struct ModelSectionTests {
    private static let echo = "[[providers]]\ntype = \"echo\"\n"

    @Test func aSectionTellsOfAModel() throws {
        let settings = try settings(
            Self.echo + """
                [[models]]
                name = "our-llama"
                tokenizer = "o200k_base"
                context_window = 8192
                max_completion_tokens = 1024
                input_price = 2
                cached_input_price = 0.5
                output_price = 8.5
                [[models]]
                name = "gpt-4o*"
                input_price = 2.5
                """)
        let facts = settings.environment.models.facts(for: "our-llama")
        #expect(facts.tokenizer == "o200k_base")
        #expect(facts.contextWindow == 8_192)
        #expect(facts.maximumCompletion == 1_024)
        #expect(facts.prices == TokenPrices(input: 2, cachedInput: 0.5, output: 8.5))
        // What is cached costs the same unless it is said.
        #expect(
            settings.environment.models.facts(for: "gpt-4o-mini").prices
                == TokenPrices(input: 2.5, cachedInput: 2.5, output: 0))
        #expect(
            settings.summary.contains(
                "model       our-llama: o200k_base; window 8192; completions up to 1024; 2.0, cached 0.5, output 8.5 per million"
            ))
        #expect(settings.summary.contains("gpt-4o*: o200k_base; 2.5, cached 2.5, output free"))
    }

    @Test func aSectionCanBeForOneProvider() throws {
        let settings = try settings(
            """
            [[providers]]
            name = "here"
            type = "echo"
            [[models]]
            name = "gpt-4o*"
            context_window = 128000
            input_price = 2.5
            cached_input_price = 0.5
            output_price = 10
            [[models]]
            name = "gpt-4o*"
            provider = "here"
            input_price = 3
            """)
        let models = settings.environment.models
        #expect(models.facts(for: "gpt-4o").prices?.input == 2.5)
        #expect(models.facts(for: "gpt-4o", provider: "elsewhere").prices?.input == 2.5)
        let facts = models.facts(for: "gpt-4o", provider: "here")
        // A price that is left out is that of the other section, and nothing is free for want of one.
        #expect(facts.prices == TokenPrices(input: 3, cachedInput: 0.5, output: 10))
        #expect(facts.contextWindow == 128_000)
        #expect(
            settings.summary.contains(
                "model       gpt-4o* at here: 3.0 per million, the rest as elsewhere"))
    }

    @Test(arguments: [
        ("name = \"a\"\nprovider = \"nobody\"", "no provider has this name; there are: echo"),
        (
            "name = \"a\"\nprovider = \"echo\"\ntokenizer = \"estimate\"",
            "the same one everywhere"
        ),
        ("name = \"a\"\ncontext_window = 0", "must be at least 1"),
        ("name = \"a\"\nmax_completion_tokens = -5", "must be at least 1"),
        ("name = \"a\"\ninput_price = -0.1", "must be at least 0"),
        ("name = \"a\"\noutput_price = 1", "'input_price'"),
        ("name = \"a\"\nwindow = 5", "unknown key 'window'"),
        (
            "name = \"a\"\ntokenizer = \"o200k\"",
            "there is no tokenizer \"o200k\"; there are cl100k_base"
        ),
        (
            "name = \"a\"\ntokenizer = 5",
            "expected a string or { file = … }, found an integer"
        ),
        (
            "name = \"a\"\ntokenizer = \"ds.json\"",
            "a file is named so: { file = \"ds.json\" }"
        ),
        ("name = \"a*b\"", "at its end only"), ("context_window = 5", "'name'"),
        ("name = \"a\"\n[[models]]\nname = \"a\"", "another model has this name"),
    ])
    func wrongSectionsAreRefused(section: String, complaint: String) {
        let error = #expect(throws: (any Error).self) {
            try settings(Self.echo + "[[models]]\n" + section)
        }
        #expect(error.map { "\($0)" }?.contains(complaint) == true, "\(error as Any)")
    }

    /// Knows three tokens; other bytes are left out.
    private static let tokenizer: [UInt8] = {
        let file = """
            {"model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}, \
            "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false}}
            """
        return Array(file.utf8)
    }()

    @Test func aTokenizerComesFromAFile() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "tokenizer.json").path
        try Data(Self.tokenizer).write(to: URL(fileURLWithPath: path))
        let name = "\(folder.lastPathComponent)/tokenizer.json"
        func models(_ first: String, _ second: String) -> String {
            Self.echo
                + "[[models]]\nname = \"a\"\ntokenizer = { file = \"\(path)\"\(first) }\n"
                + "[[models]]\nname = \"b\"\ntokenizer = { file = \"\(path)\"\(second) }\n"
        }
        let settings = try SluiceTests.settings(models("", ""))
        #expect(settings.environment.models.facts(for: "b").tokenizer == name)
        #expect(settings.tokenizers.all[name]?.count("abab") == 2)
        #expect(settings.watchedFiles.contains(path))
        #expect(settings.summary.contains("model       a: \(name)"))
        let mine = ", name = \"mine\""
        #expect(try SluiceTests.settings(models(mine, mine)).tokenizers.all["mine"] != nil)
        for (text, complaint) in [
            (models("", mine), "in another section"),
            (models(", name = \"estimate\"", ""), "another tokenizer"),
            (models(", names = 5", ""), "unknown key 'names'"),
            (
                models("", "").replacing("tokenizer.json", with: "no.json"),
                "no.json cannot be read: there is no such file"
            ),
        ] {
            let error = #expect(throws: (any Error).self) { try SluiceTests.settings(text) }
            #expect(error.map { "\($0)" }?.contains(complaint) == true, "\(error as Any)")
        }
        // One that is no tokenizer refuses the configuration, with the file's name.
        try Data("{}".utf8).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: (any Error).self) { try SluiceTests.settings(models("", "")) }
        #expect(
            error.map { "\($0)" }?.contains("tokenizer.json is neither a tokenizer.json") == true)
    }
}
