public import SluiceWire

/// A failure that ends an exchange or an attempt: who is at fault, whether another try is safe, and what the client may read.
public struct ProxyError: Error, Sendable, CustomStringConvertible {
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

    private struct Parts: Sendable {
        var status: Int
        var code: String
        var fault: Fault
        var retry: Retry
        var message: String
        var parameter: String?
        var allowedMethods: String?
        var detail: String?
        var kind: String?
        var limit: LimitName?
        var headers = HeaderFields()
    }

    private var parts: Boxed<Parts>

    /// The HTTP status the client gets.
    public var status: Int {
        get { parts.value.status }
        set { parts.value.status = newValue }
    }
    /// A stable name: OpenAI's `error.code`, and the label in logs and metrics.
    public var code: String {
        get { parts.value.code }
        set { parts.value.code = newValue }
    }
    /// Who must change something.
    public var fault: Fault {
        get { parts.value.fault }
        set { parts.value.fault = newValue }
    }
    /// Whether another try is safe.
    public var retry: Retry {
        get { parts.value.retry }
        set { parts.value.retry = newValue }
    }
    /// What the client reads: never upstream text, secrets or paths.
    public var message: String {
        get { parts.value.message }
        set { parts.value.message = newValue }
    }
    /// The request's parameter at fault, for OpenAI's `error.param`.
    public var parameter: String? {
        get { parts.value.parameter }
        set { parts.value.parameter = newValue }
    }
    /// The methods that would have been right, for the `allow` field of a 405 (RFC 9110 section 15.5.6).
    public var allowedMethods: String? {
        get { parts.value.allowedMethods }
        set { parts.value.allowedMethods = newValue }
    }
    /// What the log gets and the client does not.
    public var detail: String? {
        get { parts.value.detail }
        set { parts.value.detail = newValue }
    }
    /// The family of the error, OpenAI's `error.type`, where the dialect's own choice for the status is not right.
    public var kind: String? {
        get { parts.value.kind }
        set { parts.value.kind = newValue }
    }
    /// The limit that refused a request or stopped a stream.
    public var limit: LimitName? {
        get { parts.value.limit }
        set { parts.value.limit = newValue }
    }
    /// Further fields of the answer that tells of it.
    public var headers: HeaderFields {
        get { parts.value.headers }
        set { parts.value.headers = newValue }
    }
    /// For logs: the code, and the detail or what the client reads.
    public var description: String { "\(code): \(detail ?? message)" }

    /// An error of these parts. `message` goes to the client, `detail` to the log.
    public init(
        status: Int, code: String, fault: Fault, retry: Retry = .never, message: String,
        parameter: String? = nil, detail: String? = nil
    ) {
        parts = Boxed(
            Parts(
                status: status, code: code, fault: fault, retry: retry, message: message,
                parameter: parameter, detail: detail))
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
