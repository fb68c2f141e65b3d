internal import SluiceConfig
internal import SluiceCore
internal import SluiceCrypto
internal import SluiceWire

/// Whose requests are counted together.
struct RateLimitKey: CustomStringConvertible {
    private enum Part: Sendable {
        case client, model, provider, route, global
        case header(HeaderName)
    }

    private let parts: [Part]
    /// As in the file, joined by `+`.
    let description: String

    private static let prefix = "header:"
    private static let credentials = SetHeaders.credentials.union(["proxy-authorization"])

    init(_ section: Section) throws {
        let texts = try section.strings("key", default: ["client"], oneOrMany: true)
        guard !texts.isEmpty else { throw section.error("names nothing", key: "key") }
        parts = try texts.map { text in
            guard let part = Self.part(text) else {
                throw section.error(
                    "'\(text)' is none of client, model, provider, route, global and header:NAME",
                    key: "key")
            }
            if case .header(let name) = part, Self.credentials.contains(name) {
                throw section.error(
                    "'\(name)' is a credential", key: "key",
                    suggestion: "\"client\" counts by the [[clients]] section of a key")
            }
            return part
        }
        if let twice = texts.first(where: { text in texts.count { $0 == text } > 1 }) {
            throw section.error("'\(twice)' stands there twice", key: "key")
        }
        if texts.count > 1, texts.contains("global") {
            throw section.error("'global' counts all together, and stands alone", key: "key")
        }
        description = texts.joined(separator: "+")
    }

    private static func part(_ text: String) -> Part? {
        switch text {
        case "client": return .client
        case "model": return .model
        case "provider": return .provider
        case "route": return .route
        case "global": return .global
        default:
            guard text.hasPrefix(prefix) else { return nil }
            let name = text.dropFirst(prefix.count)
            let isName = name.utf8.allSatisfy {
                $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20)
            }
            return !name.isEmpty && isName ? .header(HeaderName(String(name))) : nil
        }
    }

    /// The key of one request, part by part.
    func value(for request: borrowing ProxyRequest, _ context: ExchangeContext) -> String {
        var value = ""
        for part in parts {
            if !value.isEmpty { value += "|" }
            switch part {
            case .client:
                value += context.client?.name ?? ClientNetwork.name(of: context.clientAddress)
            case .model: value += model(of: request, context)
            case .provider: value += context.firstProvider(for: request) ?? "-"
            case .route: value += request.endpoint.route
            case .global: value += "all"
            case .header(let name): value += request.headers[name].map(Self.digest) ?? "-"
            }
        }
        return value
    }

    /// All models that nobody serves have one name: whoever makes them up gets no counts of his own for them.
    private func model(
        of request: borrowing ProxyRequest, _ context: ExchangeContext
    ) -> String {
        guard let model = request.model else { return "-" }
        return context.isServed(model) ? Self.bounded(model) : "?"
    }

    /// A client may name anything as its model.
    private static func bounded(_ model: String) -> String {
        model.utf8.count <= 64 ? model : digest(model)
    }

    /// A field may hold a credential, which nobody should find in a store.
    private static func digest(_ text: String) -> String {
        let bytes = Array(text.utf8)
        return String(SHA256.digest(of: bytes.span).hexadecimal.prefix(32))
    }
}
