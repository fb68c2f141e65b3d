/// A request method: a token, compared with regard to case (RFC 9110 section 9.1).
public struct HTTPMethod: Sendable, Hashable, CustomStringConvertible {
    /// The method as it was sent.
    public let name: String

    /// A method.
    ///
    /// - Parameter name: the token; it is not checked, since ours are constants and received ones
    ///   were checked while they were parsed.
    public init(_ name: String) { self.name = name }

    /// The method as it was sent.
    public var description: String { name }

    /// `GET`
    public static var get: HTTPMethod { HTTPMethod("GET") }
    /// `POST`
    public static var post: HTTPMethod { HTTPMethod("POST") }
    /// `PUT`
    public static var put: HTTPMethod { HTTPMethod("PUT") }
    /// `PATCH`
    public static var patch: HTTPMethod { HTTPMethod("PATCH") }
    /// `DELETE`
    public static var delete: HTTPMethod { HTTPMethod("DELETE") }
    /// `HEAD`
    public static var head: HTTPMethod { HTTPMethod("HEAD") }
    /// `OPTIONS`
    public static var options: HTTPMethod { HTTPMethod("OPTIONS") }
    /// `TRACE`
    public static var trace: HTTPMethod { HTTPMethod("TRACE") }
    /// `CONNECT`
    public static var connect: HTTPMethod { HTTPMethod("CONNECT") }
}
