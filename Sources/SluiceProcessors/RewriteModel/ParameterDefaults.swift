internal import SluiceConfig
internal import SluiceCore
internal import SluiceJSON

/// Parameters that an alias brings along.
struct ParameterDefaults: Sendable {
    private var values: [(name: String, value: JSONLiteral)] = []
    /// Whether they hold even where the client gave its own.
    private var overrides = false

    /// The three names of one limit, which must not stand side by side.
    private static let limits = ["max_completion_tokens", "max_tokens", "max_output_tokens"]
    /// What a request is about, and what the proxy has acted on by then.
    private static let refused: Set<String> = [
        "input", "messages", "prompt", "stream", "stream_options",
    ]

    init() {}

    /// Reads every key of an alias's table but those of other meaning.
    init(_ section: Section, except others: Set<String>) throws {
        overrides = try section.bool("override", default: false)
        for name in section.keys where name != "override" && !others.contains(name) {
            guard !Self.refused.contains(name) else {
                throw section.error("cannot be set by an alias", key: name)
            }
            guard let value = try section.value(name) else { continue }
            guard let literal = Self.literal(value) else {
                throw section.error("JSON has no such number", key: name)
            }
            values.append((name, literal))
        }
        let limits = values.map(\.name).filter(Self.limits.contains)
        guard limits.count <= 1 else {
            throw section.error("stands beside '\(limits[0])'; give one of them", key: limits[1])
        }
    }

    func apply(to document: inout JSONDocument, endpoint: Endpoint) {
        for (name, value) in values {
            if Self.limits.contains(name) {
                applyLimit(name, value, to: &document, endpoint: endpoint)
            } else if Self.isFitting(name, endpoint), overrides || document.root[name] == nil {
                document.set(name, to: value)
            }
        }
    }

    /// The endpoints have different names for the limit; the client may have used either of two.
    private func applyLimit(
        _ name: String, _ value: JSONLiteral, to document: inout JSONDocument, endpoint: Endpoint
    ) {
        let target: String
        switch endpoint {
        case .chatCompletions: target = name == "max_output_tokens" ? Self.limits[0] : name
        case .completions: target = "max_tokens"
        case .responses: target = "max_output_tokens"
        case .embeddings, .other: return
        }
        if overrides {
            for other in Self.limits where other != target { document.remove(other) }
        } else if Self.limits.contains(where: { document.root[$0] != nil }) {
            return
        }
        document.set(target, to: value)
    }

    /// Parameters that OpenAI knows go where it knows them; others, such as `top_k`, wherever text is generated.
    private static func isFitting(_ name: String, _ endpoint: Endpoint) -> Bool {
        guard let known = KnownParameters.of(endpoint) else { return false }
        if known.contains(name) { return true }
        return endpoint != .embeddings && !KnownParameters.contains(name)
    }

    private static func literal(_ value: ConfigurationValue) -> JSONLiteral? {
        switch value {
        case .string(let text): return .string(text)
        case .int(let number): return .int(number)
        case .double(let number): return number.isFinite ? .double(number) : nil
        case .bool(let flag): return .bool(flag)
        case .array(let elements):
            let literals = elements.compactMap { literal($0) }
            return literals.count == elements.count ? .array(literals) : nil
        case .table(let members):
            var literals: [(String, JSONLiteral)] = []
            for (name, member) in members.sorted(by: { $0.key < $1.key }) {
                guard let literal = literal(member) else { return nil }
                literals.append((name, literal))
            }
            return .object(literals)
        }
    }
}
