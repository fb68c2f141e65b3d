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
    ///   - resolve: the model that the named one stands for; throws where that may not be asked about.
    /// - Throws: ``ProxyError`` for a body in which there is nothing to count.
    package func count(
        _ body: [UInt8], resolve: (String) throws(ProxyError) -> String
    ) async throws(ProxyError) -> PromptTokens {
        let document: JSONDocument
        do {
            document = try JSONDocument(parsing: body)
        } catch {
            throw .invalidRequest(
                "We could not parse the JSON body of your request. \(error.message)")
        }
        let model = try resolve(named(in: document))
        guard let form = PromptForm(of: document) else {
            throw .invalidRequest(
                "Missing required parameter: 'input' or 'messages'.", parameter: "input",
                code: "missing_required_parameter")
        }
        try check(document, form)
        return await counter.count(document, form, model: model)
    }

    private func named(in document: JSONDocument) throws(ProxyError) -> String {
        let member = document.root["model"]
        if let member, ![.string, .null].contains(member.kind) {
            throw Self.wrongType("model", expected: "a string")
        }
        guard let model = member?.string, !model.isEmpty else {
            throw .invalidRequest(
                "Missing required parameter: 'model'.", parameter: "model",
                code: "missing_required_parameter")
        }
        return model
    }

    private static func wrongType(_ member: String, expected: String) -> ProxyError {
        .invalidRequest(
            "Invalid type for '\(member)': expected \(expected).", parameter: member,
            code: "invalid_type")
    }

    /// What has another type has no tokens, and a client that is told so would believe it.
    private func check(_ document: JSONDocument, _ form: PromptForm) throws(ProxyError) {
        let (member, kinds): (String, [JSONKind]) =
            switch form {
            case .chat: ("messages", [.array])
            case .responses: ("input", [.string, .array])
            case .texts(let member): (member, [.string, .array])
            }
        guard let value = document.root[member] else { return }
        guard kinds.contains(value.kind) else {
            let expected = kinds.map { $0 == .array ? "an array" : "a string" }
            throw Self.wrongType(member, expected: expected.joined(separator: " or "))
        }
        guard case .texts = form, value.kind == .array, !Self.isText(value) else { return }
        throw Self.wrongType(member, expected: "strings, token ids, or lists of token ids")
    }

    /// Whether a list is one of texts, of token ids, or of lists of these.
    private static func isText(_ list: JSONValue) -> Bool {
        var isFirst = true
        var kind = JSONKind.null
        for element in list.elements {
            if isFirst { (kind, isFirst) = (element.kind, false) }
            guard element.kind == kind else { return false }
            switch kind {
            case .string: continue
            case .number: guard isTokenID(element) else { return false }
            case .array: guard element.elements.allSatisfy(isTokenID) else { return false }
            default: return false
            }
        }
        return true
    }

    private static func isTokenID(_ value: JSONValue) -> Bool {
        value.int.map { $0 >= 0 } ?? false
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
