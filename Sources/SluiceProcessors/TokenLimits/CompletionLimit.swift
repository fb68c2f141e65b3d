internal import SluiceCore
internal import SluiceJSON
internal import SluiceWire

/// How long a request lets its completion be, under whichever of the three names that has.
struct CompletionLimit {
    /// Tokens; nil where the request does not say.
    private(set) var tokens: Int?
    /// The name under which the request says it; nil where it does not.
    private let name: String?
    /// The name that the endpoint and the model know; nil where completions have no limit.
    private let target: String?
    /// Whether something else has to be sent than what came.
    private var isChanged: Bool

    private static let thinking = "max_completion_tokens"
    private static let usual = "max_tokens"
    private static let responses = "max_output_tokens"

    init(_ document: JSONDocument, _ endpoint: Endpoint, model: String) {
        var (least, name): (Int?, String?) = (nil, nil)
        var members = 0
        // Where completions have no limit, such a member has no meaning.
        let hasTarget = Self.target(endpoint, model: model, given: nil) != nil
        _ = document.forEachRootMember { member, place in
            guard hasTarget, let known = Self.known(member) else { return }
            members += 1
            // What is no number of tokens is the provider's to refuse.
            guard let number = Self.tokens(document.value(at: place)) else { return }
            if name == nil || known == Self.thinking { name = known }
            least = min(least ?? number, number)
        }
        (tokens, self.name) = (least, name)
        target = Self.target(endpoint, model: model, given: name)
        isChanged = least != nil && (members > 1 || name != target)
    }

    /// Sets another limit; where the endpoint has none, nothing happens.
    mutating func set(_ number: Int) {
        guard target != nil, tokens != number else { return }
        tokens = number
        isChanged = true
    }

    /// Whether completions can be limited here.
    var isKnown: Bool { target != nil }

    /// The parameter to name in errors.
    var parameter: String? { name ?? target }

    /// Puts the limit into the body, under its right name alone.
    func write(to request: inout ProxyRequest) {
        guard isChanged, let target, let tokens, case .json(var document) = request.body else {
            return
        }
        // The request must not hold the document while it is edited: it would be copied.
        request.body = .none
        for name in Self.spellings(in: document) where name != target { document.remove(name) }
        document.set(target, to: .int(tokens))
        request.body = .json(document)
    }

    private static func target(_ endpoint: Endpoint, model: String, given: String?) -> String? {
        switch endpoint {
        case .responses: responses
        case .completions: usual
        // These models take no other name for it in chats.
        case .chatCompletions where ThinkingModels.contains(model): thinking
        case .chatCompletions: given == thinking ? thinking : usual
        case .embeddings, .other: nil
        }
    }

    /// The most tokens that a request can ask for: sums of such numbers never overflow.
    static let most = 1 << 40

    /// A number of tokens above zero, read as leniently as any provider might: `"50"` and `49.5` are 50. More than ``most`` is that.
    static func tokens(_ value: JSONValue) -> Int? {
        if let number = value.int { return number > 0 ? min(number, most) : nil }
        let number =
            value.kind == .number
            ? value.double ?? .infinity : value.string.flatMap { Double($0) } ?? 0
        guard number > 0 else { return nil }
        return Int(min(number.rounded(.up), Double(most)))
    }

    /// The longest completion that a body asks for, under whichever names; nil where it does not say.
    static func longest(_ document: JSONDocument) -> Int? {
        var longest: Int?
        _ = document.forEachRootMember { member, place in
            guard known(member) != nil, let number = tokens(document.value(at: place)) else {
                return
            }
            longest = max(longest ?? number, number)
        }
        return longest
    }

    /// Which of the names a member has. Some readers do not look at the case of letters, and they must not find another limit than is
    /// found here.
    private static func known(_ member: Span<UInt8>) -> String? {
        // Most members are told apart by this alone; what letters of other scripts are folded into these takes up to three bytes.
        guard (10...30).contains(member.count), member[0] | 0x20 == UInt8(ascii: "m") else {
            return nil
        }
        if member.isWord("max_tokens") { return usual }
        if member.isWord("max_completion_tokens") { return thinking }
        if member.isWord("max_output_tokens") { return responses }
        let folded = text(member).uppercased().lowercased()
        return [usual, thinking, responses].first { $0 == folded }
    }

    private static func spellings(in document: JSONDocument) -> [String] {
        var names: [String] = []
        _ = document.forEachRootMember { member, _ in
            if known(member) != nil { names.append(text(member)) }
        }
        return names
    }

    private static func text(_ member: Span<UInt8>) -> String {
        var bytes: [UInt8] = []
        bytes.append(copying: member)
        return String(decoding: bytes, as: UTF8.self)
    }
}
