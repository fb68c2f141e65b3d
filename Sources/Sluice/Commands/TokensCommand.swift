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
            request, and its prompt is counted.
            """)

    @Option(help: "The model whose tokenizer counts.")
    var model: String?

    @Option(help: "A tokenizer, in place of a model: \"o200k_base\".")
    var tokenizer: String?

    @Option(help: "A tokenizer.json of Hugging Face, in place of a model.")
    var tokenizerFile: String?

    @Option(help: "The configuration file whose [[models]] are looked at.")
    var config: String?

    @Flag(help: "The text is the JSON body of a request, which names its model.")
    var request = false

    @Flag(help: "Print a JSON object: tokens, tokenizer, and whether the number is exact.")
    var json = false

    @Argument(help: "The file with the text. Without: standard input.")
    var file: String?

    func validate() throws {
        let ways = [model != nil, tokenizer != nil, tokenizerFile != nil, request].count { $0 }
        guard ways == 1 else {
            throw ValidationError("Say one of --model, --tokenizer, --tokenizer-file, --request.")
        }
    }

    func run() async throws {
        let tokens: PromptTokens
        do {
            tokens = try await count(text())
        } catch let error as ProxyError {
            throw Complaint(error.message)
        } catch {
            throw Complaint(error)
        }
        print(json ? String(decoding: tokens.json, as: UTF8.self) : "\(tokens.count)")
    }

    private func count(_ text: [UInt8]) async throws -> PromptTokens {
        if let tokenizer { return Self.count(text, with: try Tokenizers.named(tokenizer)) }
        if let tokenizerFile {
            return Self.count(text, with: try Tokenizers.read(file: tokenizerFile))
        }
        let (models, files) = try models()
        if request { return try await BodyTokenCount(models, files: files).count(text) }
        let name = model ?? ""
        return Self.count(text, with: RequestTokenCounter(models, files: files).tokenizer(of: name))
    }

    private static func count(_ text: [UInt8], with tokenizer: some Tokenizer) -> PromptTokens {
        PromptTokens(
            count: tokenizer.count(text.span), tokenizer: tokenizer.name,
            isExact: tokenizer.isExact)
    }

    private func models() throws -> (ModelTable, FileTokenizers) {
        guard let config else { return (ModelTable(), FileTokenizers()) }
        let settings = try ProxySettings(
            Configuration.load(config), registry: SluiceCommand.parts)
        return (settings.environment.models, settings.tokenizers.all)
    }

    private func text() throws -> [UInt8] {
        guard let file else {
            return Array(try FileHandle.standardInput.readToEnd() ?? Data())
        }
        return Array(try Data(contentsOf: URL(fileURLWithPath: file)))
    }
}
