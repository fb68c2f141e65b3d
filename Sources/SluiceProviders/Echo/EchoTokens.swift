internal import SluiceCore
internal import SluiceJSON

/// Splits text the way tokenizers seem to: words with the space before them, long ones in pieces, marks by themselves.
enum EchoTokens {
    private static let longest = 8

    /// Joined, the tokens are the text again.
    static func split(_ text: String) -> [String] {
        var tokens: [String] = []
        var token = ""
        var length = 0
        var previous: Kind?
        for character in text {
            let kind = Kind(character)
            let continues = kind == previous && kind != .mark && length < longest
            let followsSpace = previous == .space && kind != .space && token == " "
            if !continues, !followsSpace, !token.isEmpty {
                tokens.append(token)
                (token, length) = ("", 0)
            }
            token.append(character)
            length += 1
            previous = kind
        }
        if !token.isEmpty { tokens.append(token) }
        return tokens
    }

    static func count(_ text: String) -> Int { split(text).count }

    private enum Kind {
        case word, number, space, mark

        init(_ character: Character) {
            if character.isLetter {
                self = .word
            } else if character.isNumber {
                self = .number
            } else {
                self = character.isWhitespace ? .space : .mark
            }
        }
    }
}

/// The reply to one request: tokens, cut where the client set a limit.
struct EchoReply: Sendable {
    let tokens: [String]
    let isCut: Bool

    init(_ text: String, limit: Int?) {
        let all = EchoTokens.split(text)
        tokens = Array(all.prefix(limit ?? .max))
        isCut = tokens.count < all.count
    }

    var text: String { tokens.joined() }
}

/// Reads what requests of the different endpoints have in common.
enum EchoInput {
    /// Text of a message's `content`: a string, or the text parts of a list.
    static func text(_ content: JSONValue?) -> String {
        guard let content else { return "" }
        if let text = content.string { return text }
        return content.elements.compactMap { $0["text"]?.string }.joined(separator: "\n")
    }

    /// The last message of a user; of anybody when no user spoke.
    static func lastUserText(_ messages: JSONValue) -> String {
        let all = Array(messages.elements)
        let last = all.last { $0["role"]?.isString("user") == true } ?? all.last
        return text(last?["content"])
    }

    static func promptTokens(_ messages: JSONValue) -> Int {
        messages.elements.reduce(0) { $0 + EchoTokens.count(text($1["content"])) }
    }

    /// The first of some limits that is there.
    static func limit(_ root: JSONValue, _ names: String...) throws(ProxyError) -> Int? {
        for name in names {
            guard let value = root[name], !value.isNull else { continue }
            guard let limit = value.int, limit >= 1 else {
                throw .invalidRequest(
                    "Invalid '\(name)': expected a whole number above zero.", parameter: name,
                    code: "invalid_value")
            }
            return limit
        }
        return nil
    }

    /// The largest text that comes back in one answer, over all choices, in bytes.
    static let sizeLimit = 64 << 20

    static func checkSize(_ bytes: Int, _ name: String) throws(ProxyError) {
        guard bytes <= sizeLimit else {
            throw .invalidRequest(
                "Invalid '\(name)': the answer would be too large.", parameter: name,
                code: "invalid_value")
        }
    }

    /// How many choices are asked for. OpenAI allows 128.
    static func choices(_ root: JSONValue) throws(ProxyError) -> Int {
        let count = try limit(root, "n") ?? 1
        guard count <= 128 else {
            throw .invalidRequest(
                "Invalid 'n': expected at most 128.", parameter: "n", code: "invalid_value")
        }
        return count
    }
}
