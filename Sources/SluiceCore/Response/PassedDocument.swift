import SluiceWire

/// A copy of a JSON answer that is only passed on, made for the usage that it may tell. One that is longer than usual is given up.
struct PassedDocument {
    private var bytes: [UInt8]? = []

    private static let longest = 64 << 10

    /// Whether a request makes something new: what is read again tells what was used before.
    static func mayTellUsage(_ request: borrowing ProxyRequest) -> Bool {
        !request.endpoint.isUnderstood && request.method == .post
            && !request.path.hasSuffix("/cancel")
    }

    /// - Returns: nil for answers that are no readable JSON.
    init?(_ head: borrowing ResponseHead) {
        guard head.headers.has(.contentType, startingWith: "application/json"),
            !head.headers.contains(.contentEncoding)
        else { return nil }
    }

    mutating func append(_ piece: Span<UInt8>) {
        guard let count = bytes?.count else { return }
        if count + piece.count <= Self.longest {
            bytes?.append(copying: piece)
        } else {
            bytes = nil
        }
    }

    func usage(_ dialect: any ClientDialect, _ endpoint: Endpoint) -> TokenUsage? {
        guard let bytes, !bytes.isEmpty else { return nil }
        return dialect.usage(inDocument: bytes, endpoint: endpoint)
    }
}
