internal import SluiceCore
internal import SluiceWire

/// Requests that use no tokens by themselves: they read, delete, stop something, or only bring files.
enum FreePaths {
    private static let names: Set<Endpoint> = [
        .other("files"), .other("uploads"), .other("moderations"),
    ]

    static func contain(_ request: borrowing ProxyRequest) -> Bool {
        if request.endpoint.isUnderstood { return false }
        if request.method == .get || request.method == .delete { return true }
        return names.contains(request.endpoint) || request.path.hasSuffix("/cancel")
    }
}
