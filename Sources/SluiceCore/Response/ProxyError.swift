/// A failure that ends an exchange or an attempt: who is at fault, whether another try is safe, and what the client may read.
public struct ProxyError: Error, Sendable {
    /// Who must change something.
    public enum Fault: Sendable { case client, upstream, proxy }

    /// Whether the same request may be tried again.
    public enum Retry: Sendable, Equatable {
        /// It may have been worked on, or would fail again.
        case never
        /// Nothing of it was sent: another address or provider may take it.
        case elsewhere
        /// The peer asked for a pause of so many seconds.
        case after(seconds: Int)
    }

    /// The HTTP status the client gets.
    public var status: Int
    /// A stable name: OpenAI's `error.code`, and the label in logs and metrics.
    public var code: String
    /// Who must change something.
    public var fault: Fault
    /// Whether another try is safe.
    public var retry: Retry
    /// What the client reads: never upstream text, secrets or paths.
    public var message: String
    /// The request's parameter at fault, for OpenAI's `error.param`.
    public var parameter: String?
    /// The methods that would have been right, for the `allow` field of a 405 (RFC 9110 section 15.5.6).
    public var allowedMethods: String?
    /// What the log gets and the client does not.
    public var detail: String?
    /// The connection cannot be read on after this.
    public var closesConnection: Bool

    /// An error of these parts. `message` goes to the client, `detail` to the log.
    public init(
        status: Int, code: String, fault: Fault, retry: Retry = .never, message: String,
        parameter: String? = nil, detail: String? = nil, closesConnection: Bool = false
    ) {
        self.status = status
        self.code = code
        self.fault = fault
        self.retry = retry
        self.message = message
        self.parameter = parameter
        self.detail = detail
        self.closesConnection = closesConnection
    }
}

extension ProxyError {
    /// A request the client must change: 400.
    public static func invalidRequest(
        _ message: String, parameter: String? = nil, code: String = "invalid_request_error"
    ) -> ProxyError {
        ProxyError(status: 400, code: code, fault: .client, message: message, parameter: parameter)
    }

    /// A known URL with a method it does not have: 405.
    ///
    /// - Parameter allowed: the methods it has, as the `allow` field lists them.
    public static func methodNotAllowed(_ method: String, allowed: String) -> ProxyError {
        var error = ProxyError(
            status: 405, code: "method_not_supported", fault: .client,
            message: "Not allowed to \(method) on this URL; it takes \(allowed).")
        error.allowedMethods = allowed
        return error
    }

    /// A model that no provider serves: 404.
    public static func modelNotFound(_ model: String) -> ProxyError {
        ProxyError(
            status: 404, code: "model_not_found", fault: .client,
            message: "The model `\(model)` does not exist or you do not have access to it.",
            parameter: "model")
    }

    /// Any error of user code becomes one of ours here, and only here.
    public init(converting error: any Error) {
        switch error {
        case let error as ProxyError:
            self = error
        case is CancellationError:
            self = .clientGone
        default:
            self.init(
                status: 500, code: "internal_error", fault: .proxy,
                message: "The proxy failed to process the request.", detail: "\(error)")
        }
    }

    /// The client closed its connection: nobody reads an answer. nginx's status 499, for logs.
    public static let clientGone = ProxyError(
        status: 499, code: "client_gone", fault: .client,
        message: "The client closed the connection.")
}
