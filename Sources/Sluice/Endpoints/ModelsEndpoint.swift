internal import Foundation
internal import SluiceCore
internal import SluiceJSON
internal import SluiceWire

/// `GET /v1/models` and `GET /v1/models/{id}`: what the client may use, where it matters who that is.
struct ModelsEndpoint: LocalEndpoint {
    let directory: ModelDirectory
    let providers: [ConfiguredProvider]
    private let created = Int(Date().timeIntervalSince1970)
    private static let path = "/v1/models"

    init(_ directory: ModelDirectory, providers: [ConfiguredProvider]) {
        self.directory = directory
        self.providers = providers
    }

    var route: String { Self.path }

    func serves(_ head: RequestHead) -> Bool {
        // Other methods, such as deleting a tuned model, are the provider's affair.
        (head.method == .get || head.method == .head)
            && (head.path == Self.path || head.path.hasPrefix(Self.path + "/"))
    }

    func answer(
        _ head: RequestHead, body: [UInt8], context: ExchangeContext
    ) async throws -> ProxyResponse {
        await directory.refresh(context)
        let client = context.client
        let entries = directory.entries(client?.routes?.providers ?? providers)
            .filter { client?.mayUse($0.id) ?? true }
        guard head.path != Self.path else {
            return .json(
                JSONDocument { writer in
                    writer.object { writer in
                        writer.member("object", "list")
                        writer.key("data")
                        writer.array { writer in
                            for entry in entries { write(entry, to: &writer) }
                        }
                    }
                })
        }
        let encoded = String(head.path.dropFirst(Self.path.count + 1))
        let id = encoded.removingPercentEncoding ?? encoded
        guard let entry = entries.first(where: { $0.id == id }) else {
            throw ProxyError.modelNotFound(id)
        }
        return .json(JSONDocument { write(entry, to: &$0) })
    }

    private func write(_ entry: ModelDirectory.Entry, to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("id", .string(entry.id))
            writer.member("object", "model")
            writer.member("created", .int(created))
            writer.member("owned_by", .string(entry.owner))
        }
    }
}
