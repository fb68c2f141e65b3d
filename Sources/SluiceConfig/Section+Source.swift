extension Section {
    /// Says where a value comes from, or nil when the key is absent; see ``ValueSource`` for the shapes.
    ///
    /// No error of this method quotes what the file says: it may be a credential.
    public func source(_ key: String) throws -> ValueSource? {
        switch node(key) {
        case nil:
            return nil
        case .string(let text, _):
            guard !text.isEmpty else { throw empty(key) }
            return .fixed(Secret(text))
        case .array:
            let list = try strings(key)
            guard !list.isEmpty, !list.contains("") else {
                throw error("must not be empty", key: key)
            }
            return .list(list)
        case .table:
            return try section(key).map { try $0.tableSource() }
        case let other?:
            throw error(
                "expected a string, a list of strings or one of \(Self.sourceShapes), found \(other.kind)",
                key: key)
        }
    }

    private static let sourceShapes =
        "{ env = … }, { file = … }, { command = […] }, { client = true }, { token_url = … }"

    /// Reads the table form. Exactly one of the keys says which.
    private func tableSource() throws -> ValueSource {
        let forms = ["env", "file", "command", "client", "token_url"].filter { contains($0) }
        guard forms.count == 1, let form = forms.first else {
            let problem =
                forms.isEmpty ? "none" : forms.map { "'\($0)'" }.joined(separator: " and ")
            throw error("expected exactly one of \(Self.sourceShapes), found \(problem)")
        }
        let source: ValueSource
        switch form {
        case "env": source = .environment(try string("env"))
        case "file": source = .file(path: try filePath("file"))
        case "command": source = try commandSource()
        case "client": source = try clientSource()
        default: source = .oauth(try oauthClientCredentials())
        }
        try finish()
        return source
    }

    private func commandSource() throws -> ValueSource {
        let command = try strings("command")
        guard let program = command.first, !program.isEmpty else {
            throw error("needs a program and its arguments", key: "command")
        }
        return .command(command, expiry: try optionalDuration("expiry"))
    }

    private func clientSource() throws -> ValueSource {
        guard try bool("client") else {
            throw error("can only be true; leave it out otherwise", key: "client")
        }
        return .client
    }

    private func oauthClientCredentials() throws -> OAuthClientCredentials {
        let secret = try require("client_secret", source("client_secret"))
        switch secret {
        case .fixed, .environment, .file: break
        default:
            throw error(
                "expected a string, { env = … } or { file = … }", key: "client_secret")
        }
        return OAuthClientCredentials(
            tokenURL: try string("token_url"), clientID: try string("client_id"),
            clientSecret: secret, scope: try optionalString("scope"),
            audience: try optionalString("audience"))
    }
}
