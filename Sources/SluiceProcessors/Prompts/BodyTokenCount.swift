package import SluiceCore
internal import SluiceJSON
package import SluiceTokens

/// Counts the prompt of a request's body for somebody who asks nothing but that, and writes the answer.
package struct BodyTokenCount {
    private let counter: RequestTokenCounter

    /// What is longer takes time, and is counted beside the loops; in bytes.
    package static let longest = RequestTokenCounter.mostAtOnce

    /// - Parameters:
    ///   - models: what is known of them.
    ///   - files: the tokenizers that they name and that come from files.
    package init(_ models: ModelTable, files: FileTokenizers) {
        counter = RequestTokenCounter(models, files: files)
    }

    /// Counts `{"model", "input"}` as plain text, and `{"model", "messages", …}` or `input` with items as a request.
    ///
    /// - Parameters:
    ///   - body: JSON.
    ///   - mayUse: whether a model may be asked about.
    /// - Throws: ``ProxyError`` for a body in which there is nothing to count.
    package func count(
        _ body: [UInt8], mayUse: (String) -> Bool = { _ in true }
    ) async throws(ProxyError) -> PromptTokens {
        let document: JSONDocument
        do {
            document = try JSONDocument(parsing: body)
        } catch {
            throw .invalidRequest(
                "We could not parse the JSON body of your request. \(error.message)")
        }
        guard let model = document.root["model"]?.string, !model.isEmpty else {
            throw .invalidRequest(
                "Missing required parameter: 'model'.", parameter: "model",
                code: "missing_required_parameter")
        }
        guard mayUse(model) else { throw .modelNotFound(model) }
        guard let form = PromptForm(of: document) else {
            throw .invalidRequest(
                "Missing required parameter: 'input' or 'messages'.", parameter: "input",
                code: "missing_required_parameter")
        }
        try check(document, form)
        return await counter.count(document, form, model: model)
    }

    /// What has another type has no tokens, and a client that is told so would believe it.
    private func check(_ document: JSONDocument, _ form: PromptForm) throws(ProxyError) {
        let (member, kinds): (String, [JSONKind]) =
            switch form {
            case .chat: ("messages", [.array])
            case .responses: ("input", [.string, .array])
            case .texts(let member): (member, [.string, .array])
            }
        guard let kind = document.root[member]?.kind, !kinds.contains(kind) else { return }
        let expected = kinds.map { $0 == .array ? "an array" : "a string" }
        throw .invalidRequest(
            "Invalid type for '\(member)': expected \(expected.joined(separator: " or ")).",
            parameter: member, code: "invalid_type")
    }
}

extension PromptTokens {
    /// `{"tokens": 3, "tokenizer": "o200k_base", "exact": true}`
    package var json: [UInt8] {
        var writer = JSONWriter(capacity: 96)
        writer.object {
            $0.member("tokens", .int(count))
            $0.member("tokenizer", .string(tokenizer))
            $0.member("exact", .bool(isExact))
        }
        return writer.bytes
    }
}
