public import Logging
public import SluiceWire
internal import Synchronization

/// What is known of an exchange beside its request.
public final class ExchangeContext: Sendable {
    /// The request's ID: in every log line, and in the answer's `x-sluice-request-id`.
    public let id: String
    /// The client's address without its port; `unix` for a Unix socket, `local` in process.
    public let clientAddress: String
    /// Who asks, by the key of the request; nil where nobody is asked for one.
    public let client: Client?
    /// What TLS tells of the client, such as its certificate; nil without TLS.
    public let tls: ClientTLS?
    /// Writes with the request's ID on each line.
    public var logger: Logger {
        var logger = parts.logger
        logger[metadataKey: "id"] = .string(id)
        return logger
    }

    let parts: ContextParts
    let notes = Mutex(Notes())
    /// Makes HTTP requests of its own on this loop, for credentials and look-ups.
    public let fetcher: any Fetcher

    /// A context; exchanges have theirs made by the pipeline, tests make their own.
    public convenience init(
        id: String, clientAddress: String, client: Client? = nil, tls: ClientTLS? = nil,
        logger: Logger, fetcher: any Fetcher
    ) {
        self.init(
            id: id, clientAddress: clientAddress, client: client, tls: tls,
            parts: ContextParts(logger: logger), fetcher: fetcher)
    }

    init(
        id: String, clientAddress: String, client: Client?, tls: ClientTLS? = nil,
        parts: ContextParts, fetcher: any Fetcher
    ) {
        self.id = id
        self.client = client
        self.clientAddress = clientAddress
        self.tls = tls
        self.parts = parts
        self.fetcher = fetcher
    }
}

/// Makes small HTTP requests outside the exchange: OAuth tokens, model lists.
public protocol Fetcher: Sendable {
    /// - Parameters:
    ///   - limit: the largest body accepted, in bytes.
    ///   - timeout: for the whole request.
    /// - Throws: ``ProxyError`` when no whole answer came. An answer with an error status is an answer.
    nonisolated(nonsending) func fetch(
        _ request: UpstreamRequest, limit: Int, timeout: Duration
    ) async throws -> FetchedResponse
}

/// A whole answer to a ``Fetcher``'s request.
public struct FetchedResponse: Sendable {
    /// The HTTP status, 100 to 599.
    public let status: Int
    /// The header fields as received.
    public let headers: HeaderFields
    /// The whole body, framing removed.
    public let body: [UInt8]

    /// An answer of these parts.
    public init(status: Int, headers: HeaderFields, body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
