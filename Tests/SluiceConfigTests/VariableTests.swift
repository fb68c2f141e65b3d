import SluiceConfig
import Testing

@Suite struct VariableTests {
    private static let environment = ["A": "one", "EMPTY": "", "NESTED": "${A} $$"]

    @Test(arguments: [
        ("${A}", "one"), ("x${A}y${A}", "xoney" + "one"), ("$${A}", "${A}"), ("$$$$", "$$"),
        ("cost $5", "cost $5"), ("end$", "end$"), ("${B:-two}", "two"), ("${A:-two}", "one"),
        ("${EMPTY:-two}", "two"), ("[${EMPTY}]", "[]"), ("[${B:-}]", "[]"),
        ("${NESTED}", "${A} $$"),
        ("${B:-a:-b}", "a:-b"),
    ])
    func aVariableIsPutIn(_ text: String, _ expected: String) throws {
        let root = try parse("k = '\(text)'\nl = ['\(text)']", Self.environment)
        #expect(try root.string("k") == expected)
        #expect(try root.strings("l") == [expected])
    }

    @Test(arguments: [
        ("${B}", "the environment variable B is not set"),
        ("x ${", "'${' without its '}' (write '$$' for a dollar sign)"),
        ("${}", "'${…}' needs the name of a variable: letters, digits and underscores"),
        ("${1A}", "'${…}' needs the name of a variable: letters, digits and underscores"),
        ("${A-b}", "'${…}' needs the name of a variable: letters, digits and underscores"),
    ])
    func aReferenceThatLeadsNowhereIsRefused(_ text: String, _ expected: String) {
        #expect(
            failure { _ = try parse("[s]\nk = '\(text)'", Self.environment) }
                == "line 2: 'k' in [s]: \(expected)")
    }

    @Test func allUndefinedVariablesAreReported() {
        let text = """
            top = "${ONE}"
            [[providers]]
            name = "a"
            token = "${TWO}"
            [[providers]]
            name = "b"
            urls = [
                "x",
                "${THREE}",
            ]
            retry = { after = "${FOUR}" }
            """
        #expect(
            failure { _ = try Configuration.parse(text, file: "proxy.conf") } == """
                proxy.conf:1: 'top' at the top level: the environment variable ONE is not set
                proxy.conf:4: 'token' in [[providers]] #1 (a): the environment variable TWO is not set
                proxy.conf:7: 'urls' in [[providers]] #2 (b): the environment variable THREE is not set
                proxy.conf:11: 'after' in [providers.retry] of [[providers]] #2 (b): the environment variable FOUR is not set
                """)
    }

    @Test func whatAVariableContainsIsNeverInAnError() throws {
        let root = try parse(
            "a = '${KEY}'\nb = '${KEY}'", ["KEY": "sk-9"])
        let messages = [
            failure { _ = try root.duration("a") }, failure { _ = try root.size("a") },
            failure { _ = try root.optionalChoice("a", among: ["sk-8"]) },
            failure { _ = try root.int("a") }, failure(root.rejectUnreadKeys),
        ]
        for message in messages {
            #expect(!message.contains("sk-9"))
        }
        #expect(
            messages[0]
                == "line 1: 'a' at the top level: expected a duration such as \"10s\", found \"${KEY}\""
        )
    }
}
