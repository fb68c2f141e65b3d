internal import ArgumentParser
internal import Foundation
internal import SluiceConfig
internal import SluiceCore
internal import SluiceJSON
internal import SluiceProcessors
internal import SluiceTokens

/// `sluice tokens`: how many tokens a text has.
struct TokensCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokens", abstract: "Count the tokens of a text.",
        discussion: """
            Prints the number, or with --json what POST /v1/tokens/count answers. With --request the text is the JSON body of a \
            request, and its prompt is counted: as for the model that it names, or as one of the other options says.
            """)

    @Option(help: "The model whose tokenizer counts.")
    var model: String?

    @Option(help: "A tokenizer, in place of a model: \"o200k_base\".")
    var tokenizer: String?

    @Option(help: "A tokenizer.json of Hugging Face, or a model of SentencePiece.")
    var tokenizerFile: String?

    @Option(help: "The configuration file whose [[models]] and aliases are looked at.")
    var config: String?

    @Flag(help: "The text is the JSON body of a request, which names its model.")
    var request = false

    @Flag(help: "Print a JSON object: tokens, tokenizer, and whether the number is exact.")
    var json = false

    @Argument(help: "The file with the text. Without, or \"-\": standard input.")
    var file: String?

    func validate() throws {
        let ways = [model != nil, tokenizer != nil, tokenizerFile != nil].count { $0 }
        guard ways <= 1 else {
            throw ValidationError("Say only one of --model, --tokenizer and --tokenizer-file.")
        }
        guard ways == 1 || request else {
            throw ValidationError("Say one of --model, --tokenizer, --tokenizer-file, --request.")
        }
    }

    func run() async throws {
        let tokens: PromptTokens
        do {
            tokens = try await count(text())
        } catch let error as ProxyError {
            throw Complaint(error.message)
        } catch let complaint as Complaint {
            throw complaint
        } catch {
            throw Complaint(error)
        }
        print(json ? String(decoding: tokens.json, as: UTF8.self) : "\(tokens.count)")
    }

    private func count(_ text: [UInt8]) async throws -> PromptTokens {
        if let tokenizer { return try await count(text, with: Tokenizers.named(tokenizer)) }
        if let tokenizerFile {
            return try await count(text, with: Tokenizers.read(file: tokenizerFile))
        }
        let (models, files, aliases) = try models()
        if request {
            return try await BodyTokenCount(models, files: files).count(text) { name in
                aliases.model(for: model ?? name)
            }
        }
        let name = aliases.model(for: model ?? "")
        return Self.count(text, with: RequestTokenCounter(models, files: files).tokenizer(of: name))
    }

    /// Whatever model a request names.
    private func count(
        _ text: [UInt8], with tokenizer: any Tokenizer
    ) async throws -> PromptTokens {
        guard request else { return Self.count(text, with: tokenizer) }
        let models = ModelTable([("*", ModelFacts(tokenizer: tokenizer.name))])
        let files = FileTokenizers(tokenizerFile == nil ? [] : [tokenizer])
        return try await BodyTokenCount(models, files: files).count(text) { $0 }
    }

    private static func count(_ text: [UInt8], with tokenizer: some Tokenizer) -> PromptTokens {
        PromptTokens(
            count: tokenizer.count(text.span), tokenizer: tokenizer.name,
            isExact: tokenizer.isExact)
    }

    private func models() throws -> (ModelTable, FileTokenizers, ModelAliases) {
        guard let config else { return (ModelTable(), FileTokenizers(), ModelAliases([])) }
        let settings = try ProxySettings(
            Configuration.load(config), registry: SluiceCommand.parts)
        return (
            settings.environment.models, settings.tokenizers.all,
            ModelAliases(settings.processors)
        )
    }

    private func text() throws -> [UInt8] {
        guard let file, file != "-" else {
            return Array(try FileHandle.standardInput.readToEnd() ?? Data())
        }
        // Not only regular files: a shell's <(…) is a pipe.
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: file, isDirectory: &isFolder) else {
            throw Complaint("\(file): there is no such file")
        }
        guard !isFolder.boolValue else { throw Complaint("\(file): is a folder") }
        guard let handle = FileHandle(forReadingAtPath: file),
            let data = try? handle.readToEnd() ?? Data()
        else { throw Complaint("\(file): cannot be read") }
        return Array(data)
    }
}
