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

    private static let checkedNames = ["model", "stream", "stream_options"]

    /// - Parameter isUnderstood: whether the endpoint is one of those that must name a model.
    init(_ bytes: [UInt8], isUnderstood: Bool) throws(ProxyError) {
        do {
            document = try JSONDocument(parsing: bytes)
        } catch {
            throw .unparsable(error.reason, error.message)
        }
        let root = document.root
        guard root.isObject else {
            guard !isUnderstood else {
                throw .invalidType("body", expected: "an object", found: root)
            }
            (model, isStreaming, wantsUsage) = (nil, false, false)
            return
        }
        if let name = document.duplicateMember(among: Self.checkedNames) {
            throw .invalidRequest(
                "Duplicate parameter: '\(name)'.", parameter: name, code: "duplicate_parameter")
        }
        guard isUnderstood else {
            let name = root["model"]?.string
            model = try name.map { name throws(ProxyError) in try Self.checked(name) }
            isStreaming = root["stream"]?.bool ?? false
            wantsUsage = false
            return
        }
        model = try Self.model(root)
        isStreaming = try Self.flag("stream", root["stream"])
        wantsUsage = try Self.includeUsage(root["stream_options"])
    }

    private static func model(_ root: JSONValue) throws(ProxyError) -> String {
        guard let value = root["model"], !value.isNull else {
            throw .invalidRequest(
                "Missing required parameter: 'model'.", parameter: "model",
                code: "missing_required_parameter")
        }
        guard let name = value.string else {
            throw .invalidType("model", expected: "a string", found: value)
        }
        return try checked(name)
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
    static func unparsable(_ reason: JSONError.Reason, _ detail: String? = nil) -> ProxyError {
        let detail = detail ?? JSONError(reason: reason, offset: 0).message
        return .invalidRequest(
            "We could not parse the JSON body of your request. \(detail) "
                + "(HINT: The API expects a JSON payload.)")
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
