import Foundation
import SluiceTestSupport
import Testing

@testable import Sluice
@testable import SluiceConfig

/// proxy.conf.example is the manual of every key: it loads, and it has exactly the keys that the code reads.
struct ExampleFileTests {
    /// The file with every setting switched on: `#key = …` and `#[section]` have no space behind their `#`.
    private static func switchedOn(_ text: String) -> String {
        text.replacing(/(?m)^#(?=[a-z_\["\]]|    ["{])/, with: "")
    }

    @Test func asItIsItNeedsNothingButAKey() throws {
        let text = try file("proxy.conf.example")
        let settings = try settings(text, environment: ["OPENAI_API_KEY": "sk-test"])
        #expect(settings.providers.map(\.name) == ["openai"])
        #expect(settings.defaultProvider?.name == "openai")
    }

    @Test func withEverySettingSwitchedOnItLoads() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        let secrets = folder.appending(path: "secrets")
        try FileManager.default.createDirectory(
            at: secrets, withIntermediateDirectories: true)
        try Data("secret\n".utf8).write(to: secrets.appending(path: "azure"))
        try Data("http://127.0.0.1:1/v1\n".utf8).write(
            to: folder.appending(path: "discovered-url"))
        let tokenizers = folder.appending(path: "tokenizers/llama-3")
        try FileManager.default.createDirectory(at: tokenizers, withIntermediateDirectories: true)
        try Data(#"{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}"#.utf8).write(
            to: tokenizers.appending(path: "tokenizer.json"))
        let certificates = try CertificateFolder()
        try certificates.make("sluice", for: "DNS:localhost")
        for name in ["fullchain.pem", "clients.pem", "ca.pem", "sluice.pem"] {
            try FileManager.default.copyItem(
                atPath: certificates.file("sluice"), toPath: folder.appending(path: name).path)
        }
        for name in ["privkey.pem", "sluice.key"] {
            try FileManager.default.copyItem(
                atPath: certificates.key("sluice"), toPath: folder.appending(path: name).path)
        }
        var text = Self.switchedOn(try file("proxy.conf.example"))
        // The process's own environment, which these two are looked for in, is not safe to change beside other tests.
        for (variable, value) in [
            ("GPU_SECRET", "secret"), ("OPENROUTER_URL", "http://127.0.0.1:1/v1"),
        ] {
            let source = "{ env = \"\(variable)\" }"
            #expect(text.contains(source))
            text = text.replacing(source, with: "\"\(value)\"")
        }
        // Not beside [[clients]].
        #expect(text.contains("token = { client = true }"))
        text = text.replacing("token = { client = true }", with: "")
        let environment = ["OPENAI_API_KEY": "sk-test", "SLUICE_SECRET_KEY": SecretKey().text]
        let root = try Configuration.parse(
            text, environment: environment, baseDirectory: folder.path)
        let settings = try ProxySettings(root, registry: .standard)
        #expect(
            settings.providers.map(\.name) == [
                "openai", "azure", "gpu", "discovered", "own-keys", "echo",
            ])
        #expect(settings.clients.map(\.name) == ["team-blue"])
        #expect(settings.models.map(\.name) == ["gpt-4o*", "gpt-4o*", "our-llama"])
        #expect(
            settings.processorTypes == [
                "rewrite-model", "set-headers", "token-limits", "rate-limits",
            ])
    }

    /// That each key of the file is read follows from the test above: a key that is not read is an error.
    @Test func everyKeyThatTheCodeReadsIsInTheFile() throws {
        let example = Self.switchedOn(try file("proxy.conf.example"))
        let read = try Self.keysRead()
        #expect(read.count > 60)
        for key in read {
            let isThere = example.contains(try Regex(#"(?m)(^|[{,\[.] ?)\#(key)("? =|\])"#))
            #expect(isThere, "'\(key)' is read and not explained")
        }
    }

    /// The keys in calls such as `section.string("key"`, in all sources.
    private static func keysRead() throws -> Set<String> {
        let names = [
            "[sS]tring", "[sS]trings", "stringTable", "[iI]nt", "[dD]ouble", "[bB]ool",
            "[dD]uration", "durationOrOff", "[sS]ize", "[cC]hoice", "source", "sections?",
            "[fF]ilePath", "headerFields", "headerNames", "value", "[eE]nd", "modelNames",
        ].joined(separator: "|")
        let call = try Regex(
            #"(?:section|root|table)\.(?:optional)?(?:\#(names))\(\s*"([a-z_]+)""#,
            as: (Substring, Substring).self)
        let ownCall = try Regex(
            #"\b(?:optional)?(?:\#(names))\(\s*"([a-z_]+)""#, as: (Substring, Substring).self)
        var keys: Set<String> = []
        let folder = root.appending(path: "Sources")
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        while let url = files?.nextObject() as? URL {
            guard url.pathExtension == "swift" else { continue }
            let code = try String(contentsOf: url, encoding: .utf8)
                .replacing(/(?m)^ *\/\/\/.*$/, with: "")
            // The forms of url and token are read by the section itself.
            let isSource = url.lastPathComponent == "Section+Source.swift"
            for match in code.matches(of: isSource ? ownCall : call) {
                keys.insert(String(match.output.1))
            }
        }
        return keys
    }
}
