import SluiceConfig
import Testing

/// Shows a source with its secrets, to compare it.
private func shown(_ source: ValueSource?) -> String {
    switch source {
    case nil: "nil"
    case .fixed(let secret): "fixed \(secret.reveal())"
    case .list(let list): "list \(list.joined(separator: ","))"
    case .environment(let name): "environment \(name)"
    case .file(let path): "file \(path)"
    case .command(let words, let expiry): "command \(words) \(expiry.map { "\($0)" } ?? "for ever")"
    case .client: "client"
    case .oauth(let oauth):
        "oauth \(oauth.tokenURL) \(oauth.clientID) \(shown(oauth.clientSecret)) \(oauth.scope ?? "-") \(oauth.audience ?? "-")"
    }
}

private let shapes =
    "{ env = … }, { file = … }, { command = […] }, { client = true }, { token_url = … }"

@Suite struct SourceTests {
    @Test(arguments: [
        (#"token = "sk-1""#, "fixed sk-1"),
        (#"token = "Bearer ${KEY}""#, "fixed Bearer sk-2"),
        (#"token = ["a", "b"]"#, "list a,b"),
        (#"token = { env = "OTHER" }"#, "environment OTHER"),
        (#"token = { file = "keys/openai" }"#, "file /etc/sluice/keys/openai"),
        (#"token = { file = "/run/secrets/openai" }"#, "file /run/secrets/openai"),
        (
            #"token = { command = ["gcloud", "print"], expiry = "10m" }"#,
            "command [\"gcloud\", \"print\"] 600.0 seconds"
        ),
        (#"token = { command = ["vault"] }"#, "command [\"vault\"] for ever"),
        (#"token = { client = true }"#, "client"),
        (
            #"token = { token_url = "https://i/t", client_id = "me", client_secret = { file = "s" }, scope = "a b", audience = "x" }"#,
            "oauth https://i/t me file /etc/sluice/s a b x"
        ),
        (
            "[token]\ntoken_url = \"https://i/t\"\nclient_id = \"me\"\nclient_secret = \"${KEY}\"",
            "oauth https://i/t me fixed sk-2 - -"
        ),
        ("", "nil"),
    ])
    func aSourceIsToldByItsShape(_ text: String, _ expected: String) throws {
        let root = try parse(text, ["KEY": "sk-2"])
        #expect(shown(try root.source("token")) == expected)
        try root.rejectUnreadKeys()
    }

    @Test(arguments: [
        (#"token = """#, "'token' at the top level: must not be empty"),
        (
            "token = 5",
            "'token' at the top level: expected a string, a list of strings or one of \(shapes), found an integer"
        ),
        ("token = []", "'token' at the top level: must not be empty"),
        (#"token = ["sk-9", ""]"#, "'token' at the top level: must not be empty"),
        (
            #"token = ["sk-9", 1]"#,
            "'token' at the top level: expected a list of strings, found an integer in it"
        ),
        ("token = {}", "[token]: expected exactly one of \(shapes), found none"),
        (
            #"token = { env = "A", file = "sk-9" }"#,
            "[token]: expected exactly one of \(shapes), found 'env' and 'file'"
        ),
        (#"token = { env = "A", expiry = "1s" }"#, "unknown key 'expiry' in [token]"),
        (
            #"token = { command = ["a"], expiri = "1s" }"#,
            "unknown key 'expiri' in [token]; did you mean 'expiry'?"
        ),
        (#"token = { command = [] }"#, "'command' in [token]: needs a program and its arguments"),
        (
            #"token = { client = false }"#,
            "'client' in [token]: can only be true; leave it out otherwise"
        ),
        (
            #"token = { token_url = "u", client_id = "sk-9" }"#,
            "missing key 'client_secret' in [token]"
        ),
        (
            #"token = { token_url = "u", client_id = "sk-9", client_secret = { client = true } }"#,
            "'client_secret' in [token]: expected a string, { env = … } or { file = … }"
        ),
    ])
    func aSourceOfNoKnownShapeIsRefused(_ text: String, _ expected: String) throws {
        let root = try parse(text)
        let message = failure { _ = try root.source("token") }
        #expect(message == "line 1: \(expected)")
        #expect(!message.contains("sk-9"))
    }

    @Test func aSecretIsNotSeen() {
        let secret = Secret("sk-9")
        var dumped = ""
        dump(ValueSource.fixed(secret), to: &dumped)
        for seen in [
            "\(secret)", String(reflecting: secret), "\(ValueSource.fixed(secret))", dumped,
        ] {
            #expect(!seen.contains("sk-9"))
        }
        #expect("\(secret)" == "<secret>")
        #expect(secret.reveal() == "sk-9")
    }
}
