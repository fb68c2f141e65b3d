import SluiceCore
import SluiceJSON

/// A JSON request body with what the proxy acts on read out of it.
struct OpenAIBody {
    let document: JSONDocument
    let model: String?
    let isStreaming: Bool
    let wantsUsage: Bool

    /// The longest model name taken: it becomes part of logs, metrics and, for Azure, of URLs.
    static let longestModel = 1024

    /// - Parameter isUnderstood: whether the endpoint is one of those that must name a model.
    init(_ bytes: [UInt8], isUnderstood: Bool) throws(ProxyError) {
        let document: JSONDocument
        do {
            document = try JSONDocument(parsing: bytes)
        } catch {
            throw .unparsable(error.reason, error.message)
        }
        self.document = document
        let members = OpenAIMembers(of: document)
        guard members.isObject else {
            guard !isUnderstood else {
                throw .invalidType("body", expected: "an object", found: document.root)
            }
            (model, isStreaming, wantsUsage) = (nil, false, false)
            return
        }
        if let name = members.repeated {
            throw .invalidRequest(
                "Duplicate parameter: '\(name)'.", parameter: name, code: "duplicate_parameter")
        }
        let name = members.model.flatMap { document.string(at: $0) }
        let stream = members.stream.map { document.value(at: $0) }
        guard isUnderstood else {
            model = try name.map { name throws(ProxyError) in try Self.checked(name) }
            isStreaming = stream?.bool ?? false
            wantsUsage = false
            return
        }
        guard let name else { throw .noModel(members.model.map { document.value(at: $0) }) }
        model = try Self.checked(name)
        isStreaming = try Self.flag("stream", stream)
        wantsUsage = try Self.includeUsage(members.options.map { document.value(at: $0) })
    }

    static func checked(_ model: String) throws(ProxyError) -> String {
        guard !model.isEmpty else {
            throw .invalidRequest(
                "Invalid 'model': it must not be empty.", parameter: "model",
                code: "invalid_value")
        }
        guard model.utf8.count <= longestModel else {
            throw .invalidRequest(
                "Invalid 'model': it must have at most \(longestModel) bytes.", parameter: "model",
                code: "invalid_value")
        }
        return model
    }

    private static func flag(_ name: String, _ value: JSONValue?) throws(ProxyError) -> Bool {
        guard let value, !value.isNull else { return false }
        guard let flag = value.bool else {
            throw .invalidType(name, expected: "a boolean", found: value)
        }
        return flag
    }

    private static func includeUsage(_ options: JSONValue?) throws(ProxyError) -> Bool {
        guard let options, !options.isNull else { return false }
        guard options.isObject else {
            throw .invalidType("stream_options", expected: "an object", found: options)
        }
        return try flag("stream_options.include_usage", options["include_usage"])
    }
}

extension ProxyError {
    /// - Parameter value: what stands in the model's place, if anything does.
    fileprivate static func noModel(_ value: JSONValue?) -> ProxyError {
        if let value, !value.isNull {
            return .invalidType("model", expected: "a string", found: value)
        }
        return .invalidRequest(
            "Missing required parameter: 'model'.", parameter: "model",
            code: "missing_required_parameter")
    }

    /// For log and metrics; OpenAI's answer to such a body has no code.
    static let invalidJSONCode = "invalid_json"

    static func unparsable(_ reason: JSONError.Reason, _ detail: String? = nil) -> ProxyError {
        let detail = detail ?? JSONError(reason: reason, offset: 0).message
        return .invalidRequest(
            "We could not parse the JSON body of your request. \(detail) "
                + "(HINT: The API expects a JSON payload.)", code: invalidJSONCode)
    }

    static func invalidType(
        _ name: String, expected: String, found value: JSONValue
    ) -> ProxyError {
        let kind =
            switch value.kind {
            case .object: "an object"
            case .array: "an array"
            case .string: "a string"
            case .number: "a number"
            case .bool: "a boolean"
            case .null: "null"
            }
        return .invalidRequest(
            "Invalid type for '\(name)': expected \(expected), but got \(kind) instead.",
            parameter: name, code: "invalid_type")
    }

    static func unsupportedContentType(_ name: String) -> ProxyError {
        .invalidRequest(
            "Unsupported content type: '\(name)'. This API method only accepts 'application/json' "
                + "requests.", code: "unsupported_content_type")
    }
}
