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
    public static let get = HTTPMethod("GET")
    /// `POST`
    public static let post = HTTPMethod("POST")
    /// `PUT`
    public static let put = HTTPMethod("PUT")
    /// `PATCH`
    public static let patch = HTTPMethod("PATCH")
    /// `DELETE`
    public static let delete = HTTPMethod("DELETE")
    /// `HEAD`
    public static let head = HTTPMethod("HEAD")
    /// `OPTIONS`
    public static let options = HTTPMethod("OPTIONS")
    /// `TRACE`
    public static let trace = HTTPMethod("TRACE")
    /// `CONNECT`
    public static let connect = HTTPMethod("CONNECT")
}
