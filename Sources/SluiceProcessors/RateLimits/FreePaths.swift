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
        return names.contains(request.endpoint) || isCancelling(request.path)
    }

    /// What can be cancelled, with `*` for an ID. A provider may take another path with this end for something that costs.
    private static let cancelled: [[Substring]] = [
        ["responses", "*"], ["batches", "*"], ["uploads", "*"],
        ["fine_tuning", "jobs", "*"], ["threads", "*", "runs", "*"],
        ["vector_stores", "*", "file_batches", "*"],
    ]

    private static func isCancelling(_ path: String) -> Bool {
        guard path.hasPrefix("/"), path.hasSuffix("/cancel") else { return false }
        let parts = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
            .dropLast()
        return cancelled.contains { shape in
            shape.count == parts.count
                && zip(shape, parts).allSatisfy { $0 == "*" ? isID($1) : $0 == $1 }
        }
    }

    private static func isID(_ part: Substring) -> Bool {
        !part.isEmpty
            && part.utf8.allSatisfy {
                $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20)
            }
    }
}
