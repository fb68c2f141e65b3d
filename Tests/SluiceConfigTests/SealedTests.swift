import Foundation
import Testing

@testable import SluiceConfig

/// Encrypted strings in a file.
struct SealedTests {
    private let key = SecretKey()

    private func environment(_ keys: SecretKey...) -> [String: String] {
        [SecretKeys.variable: keys.map(\.text).joined(separator: ",")]
    }

    private func sealed(_ text: String, _ key: SecretKey) -> String {
        SealedText(Secret(text), under: key).text
    }

    @Test func anEncryptedStringIsReadAsWhatItWas() throws {
        let text = """
            token = "\(sealed("plain $$ ${NOT_A_VARIABLE}", key))"
            [[list]]
            name = "a"
            tokens = ["x", "\(sealed("second", key))"]
            [list.deep]
            t = { u = "\(sealed("third", key))" }
            """
        let root = try parse(text, environment(key))
        #expect(try root.string("token") == "plain $$ ${NOT_A_VARIABLE}")
        let member = try #require(try root.sections("list").first)
        #expect(try member.strings("tokens") == ["x", "second"])
        #expect(try member.section("deep")?.section("t")?.string("u") == "third")
    }

    @Test func aVariableMayHoldAnEncryptedString() throws {
        let root = try parse(
            "a = \"${TOKEN}\"", environment(key).merging(["TOKEN": sealed("x", key)]) { $1 })
        #expect(try root.string("a") == "x")
    }

    @Test func whatIsSecretInATableIsTold() throws {
        let text = """
            [p.headers]
            a = "${GATE}"
            b = "Bearer ${KEY}!"
            c = "\(sealed("Token sealed-canary x", key))"
            d = "plain"
            e = "$$5"
            f = "${GATE} ${KEY}"
            """
        let root = try parse(
            text, environment(key).merging(["GATE": "gate-canary", "KEY": "}k"]) { $1 })
        let section = try #require(try root.section("p"))
        #expect(
            section.secrets(in: "headers").map { $0.reveal() } == [
                "gate-canary", "}k", "Token sealed-canary x", "sealed-canary", "$5",
                "gate-canary }k", "gate-canary",
            ])
        #expect(section.secrets(in: "absent").isEmpty)
        #expect(failure { try root.rejectUnreadKeys() }.contains("'headers'"))
    }

    @Test func eachOfSeveralKeysDecrypts() throws {
        let other = SecretKey()
        let text = "a = \"\(sealed("1", key))\"\nb = \"\(sealed("2", other))\""
        for environment in [environment(key, other), environment(other, key)] {
            let root = try parse(text, environment)
            #expect(try root.string("a") + root.string("b") == "12")
        }
    }

    @Test func theKeyMayStandInAFile() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("\(SecretKey().text)\n\(key.text)\n".utf8).write(
            to: folder.appending(path: "keys"))
        let text = "a = \"\(sealed("x", key))\"\n[secrets]\nkey = { file = \"keys\" }"
        let root = try Configuration.parse(text, baseDirectory: folder.path)
        #expect(try root.string("a") == "x")
        try root.rejectUnreadKeys()
    }

    @Test func theKeyMayStandInAnotherVariable() throws {
        let text = "a = \"\(sealed("x", key))\"\n[secrets]\nkey = { env = \"MINE\" }"
        #expect(try parse(text, ["MINE": key.text]).string("a") == "x")
    }

    @Test func aFileWithoutEncryptedStringsNeedsNoKey() throws {
        #expect(try parse("a = \"encode\"\nb = \"enc:x\"").string("a") == "encode")
    }

    /// What is wrong, and the sentence; `%` stands for an encrypted string.
    @Test func whatCannotBeDecryptedIsNamedByItsPlaceAlone() throws {
        let right = sealed("canary-plain", key)
        let (other, third) = (SecretKey(), SecretKey())
        // Without four characters the rest is still Base64.
        let cut = right.prefix(16) + right.dropFirst(20)
        let flipped = right.dropLast() + (right.last == "A" ? "Q" : "A")
        let cases: [(String, [String: String], String)] = [
            (
                right, environment(other, third),
                "needs the secret key \(key.id); here is \(other.id), \(third.id)"
            ),
            (
                right, [:],
                "is encrypted, and the environment variable SLUICE_SECRET_KEY is not set"
            ),
            (
                right, [SecretKeys.variable: ""],
                "is encrypted, and the environment variable SLUICE_SECRET_KEY is empty"
            ),
            (
                right, [SecretKeys.variable: "canary-key"],
                "is encrypted, and the environment variable SLUICE_SECRET_KEY holds something that is no key of `sluice secret new-key`"
            ),
            (
                String(cut), environment(key),
                "cannot be decrypted: it was changed or cut since it was encrypted"
            ),
            ("enc:v1:", environment(key), "breaks off: enc:v1:KEYID:… was expected"),
            (String(right.prefix(11)), environment(key), "breaks off: enc:v1:KEYID:… was expected"),
            (String(right.prefix(15)), environment(key), "breaks off: enc:v1:KEYID:… was expected"),
            (String(right.prefix(16)), environment(key), "breaks off before its end"),
            (String(right.prefix(36)), environment(key), "breaks off before its end"),
            (right + "AAA", environment(key), "breaks off before its end"),
            (right + "=", environment(key), "holds a character that no encrypted value has"),
            (
                right.replacing("enc:v1", with: "enc:v2"), environment(key),
                "is no encrypted value of this version: enc:v1:KEYID:…"
            ),
            (
                "enc:v1:" + right, environment(key),
                "has no ID of a key in its place: enc:v1:KEYID:…"
            ),
        ]
        for (value, environment, expected) in cases {
            let message = failure {
                _ = try parse("[[providers]]\nname = \"a\"\ntoken = \"\(value)\"", environment)
            }
            #expect(message == "line 3: 'token' in [[providers]] #1 (a): \(expected)")
        }
        let message = failure { _ = try parse("a = \"\(flipped)\"", environment(key)) }
        #expect(message.hasPrefix("line 1: 'a' at the top level: "))
    }

    @Test(arguments: [
        (
            "key = \"sluicekey-x\"",
            "line 2: 'key' in [secrets]: expected { env = … } or { file = … }"
        ),
        (
            "key = { file = \"/nonexistent\" }",
            "line 2: 'key' in [secrets]: the file cannot be read"
        ),
        (
            "key = { env = \"NOT_HERE\" }",
            "line 2: 'key' in [secrets]: the environment variable NOT_HERE is not set"
        ),
        ("", "line 1: missing key 'key' in [secrets]"),
    ])
    func aWrongPlaceForTheKeyIsTold(_ line: String, _ expected: String) {
        #expect(failure { _ = try parse("[secrets]\n\(line)\n") } == expected)
    }

    @Test func aKeyShowsItsIDAlone() throws {
        #expect("\(key)" == "<secret key \(key.id)>")
        var dumped = ""
        dump(key, to: &dumped)
        #expect(!dumped.contains(key.text.dropFirst(10)))
        #expect(SecretKey(key.text)?.id == key.id)
        #expect(key.id.count == 8)
        #expect(SecretKey().id != key.id)
    }

    @Test(arguments: ["sk-0123456789abcdef", "slk-0123456789-abcdefgh", "gsk_0123456789abcdef"])
    func aCredentialInTheWrongPlaceIsNotShown(_ credential: String) {
        for text in ["[x]\n\(credential) = 1", "[[x]]\nname = \"\(credential)\"\nb = 1"] {
            let message = failure {
                let root = try parse(text)
                _ = try? root.sections("x").first?.string("name")
                _ = try? root.section("x")?.int("y", default: 1)
                try root.rejectUnreadKeys()
            }
            #expect(message.contains("(hidden)"))
            #expect(!message.contains(credential))
        }
    }
}
