extension HeaderFields: CustomStringConvertible {
    /// Whose values are credentials, or stand for one.
    private static let credentials: Set<String> = [
        "authorization", "api-key", "x-api-key", "proxy-authorization", "cookie", "set-cookie",
    ]

    /// Names and values in order: `[content-type: text/plain, set-cookie: (hidden)]`. Values that are credentials are not shown, since
    /// what is printed ends up in logs.
    public var description: String {
        let fields = pairs.map { name, value in
            "\(name): \(Self.credentials.contains(name) ? "(hidden)" : value)"
        }
        return "[\(fields.joined(separator: ", "))]"
    }
}

extension ResponseHead: CustomStringConvertible {
    /// The status and the header fields, without credentials: `200 [content-type: text/plain]`.
    public var description: String { "\(status) \(headers)" }
}
