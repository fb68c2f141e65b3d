internal import ArgumentParser
internal import SluiceCore

/// `sluice key`: keys for clients of this proxy.
struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Make keys for the clients of this proxy.",
        subcommands: [NewKeyCommand.self, HashKeyCommand.self])
}

/// `sluice key new`: the key on the first line, what belongs into the file behind it.
struct NewKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Print a new random key, once, and the section for proxy.conf with its hash.")

    @Option(help: "The client's name.")
    var client = "client"

    @Flag(help: "Hash by Argon2id instead of SHA-256, which suffices for a random key.")
    var argon2 = false

    func validate() throws {
        guard ClientSection.isName(client) else {
            throw ValidationError("--client \(ClientSection.nameRule)")
        }
    }

    func run() throws {
        let key = ClientKey()
        guard let hash = key.hash(isSlow: argon2) else {
            throw Complaint("there is no memory for the hash")
        }
        print(
            """
            \(key.text)

            # The first line is the key: give it to the client, it is stored nowhere. For proxy.conf:
            [[clients]]
            name = "\(client)"
            keys = ["\(hash.text)"]
            """)
    }
}

/// `sluice key hash`: what belongs into the file for a key that is there already.
struct HashKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hash",
        abstract:
            "Print the hash of a key that is read from standard input, for `keys` in proxy.conf.")

    @Flag(help: "Hash by Argon2id; the key must have the form of those of `sluice key new`.")
    var argon2 = false

    func run() throws {
        let text = try SecretInput.read("Key: ")
        guard let key = ClientKey(text) else {
            throw Complaint(
                "a key has \(ClientKey.shortest) to \(ClientKey.longest) visible ASCII characters and no spaces"
            )
        }
        guard let hash = key.hash(isSlow: argon2) else {
            throw Complaint(
                "an Argon2id hash needs a key with an ID in it, as those of `sluice key new` have")
        }
        print(hash.text)
    }
}
