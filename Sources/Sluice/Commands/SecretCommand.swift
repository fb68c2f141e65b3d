internal import ArgumentParser
internal import Foundation
internal import Glibc
internal import SluiceConfig

/// `sluice secret`: encrypted values in proxy.conf.
struct SecretCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret", abstract: "Encrypt values of proxy.conf, such as providers' tokens.",
        subcommands: [
            NewSecretKeyCommand.self, EncryptCommand.self, DecryptCommand.self, RotateCommand.self,
        ])
}

/// Where the commands find their keys.
struct SecretKeyOptions: ParsableArguments {
    @Option(
        help:
            "The configuration file whose [secrets] says where the key is. Without: SLUICE_SECRET_KEY."
    )
    var config: String?

    func keys() throws -> SecretKeys {
        do {
            if let config { return try Configuration.secretKeys(of: config) }
            return try SecretKeys(environment: ProcessInfo.processInfo.environment)
        } catch {
            throw Complaint(error)
        }
    }
}

/// `sluice secret new-key`
struct NewSecretKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new-key",
        abstract: "Print a new random key, for SLUICE_SECRET_KEY or the file that [secrets] names.",
        discussion:
            "Keep it: what is encrypted under it is lost without it. Its ID goes to standard error."
    )

    func run() throws {
        let key = SecretKey()
        print(key.text)
        // Beside what `$(…)` takes.
        FileHandle.standardError.write(Data("the key's ID is \(key.id)\n".utf8))
    }
}

/// `sluice secret encrypt`
struct EncryptCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "encrypt",
        abstract:
            "Encrypt a value that is read from standard input; what is printed stands in its place in proxy.conf."
    )

    @OptionGroup var options: SecretKeyOptions

    func run() throws {
        let keys = try options.keys()
        let value = try SecretInput.read("Value: ")
        guard !SealedText.isMeant(by: value.trimmingCharacters(in: .whitespaces)) else {
            throw Complaint(
                "the value is encrypted already; see `sluice secret rotate` for another key")
        }
        print(SealedText(Secret(value), under: keys.first).text)
    }
}

/// `sluice secret decrypt`
struct DecryptCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decrypt",
        abstract: "Decrypt a value that is read from standard input.")

    @OptionGroup var options: SecretKeyOptions

    @Flag(help: "Print it even where standard output is no terminal.")
    var reveal = false

    func run() throws {
        guard reveal || isatty(STDOUT_FILENO) == 1 else {
            throw Complaint(
                "standard output is no terminal; say --reveal to print the value all the same")
        }
        let keys = try options.keys()
        let text = try SecretInput.read("Encrypted value: ").trimmingCharacters(in: .whitespaces)
        do {
            print(try SealedText(text).open(with: keys).reveal())
        } catch {
            throw Complaint("the value \(error)")
        }
    }
}

/// `sluice secret rotate`
struct RotateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Encrypt all encrypted values of a file anew, under the first of its keys.",
        discussion: """
            Put the new key in front of the old one: SLUICE_SECRET_KEY="NEW,OLD", or a line above the old one's in the key \
            file. Comments and layout of the file stay as they are. Afterwards the old key can go.
            """)

    @Option(help: "The configuration file.")
    var config: String

    func run() throws {
        do {
            let keys = try Configuration.secretKeys(of: config)
            let file = try ReplacedFile(config)
            let rotation = try SecretRotation(file.text, file: config, keys: keys)
            if rotation.rotated > 0 { try file.replace(with: rotation.text) }
            print(
                "\(rotation.rotated) encrypted anew under \(keys.first.id), \(rotation.kept) were already"
            )
        } catch {
            throw Complaint(error)
        }
    }
}
