import Glibc

/// Why a ``RawClient`` stopped.
public enum SocketError: Error, Equatable, CustomStringConvertible {
    /// A system call failed with this `errno`.
    case system(call: String, code: Int32)
    /// Nothing came, or nothing could be sent, within the client's patience.
    case timedOut
    /// The peer closed before what was waited for had come; with the bytes that had.
    case closed(after: [UInt8])
    /// What came is no HTTP/1.1 response.
    case malformed(String)

    public var description: String {
        switch self {
        case .system(let call, let code): "\(call): \(String(cString: strerror(code)))"
        case .timedOut: "timed out"
        case .closed(let bytes):
            "closed after \(bytes.count) bytes: \(String(decoding: bytes, as: UTF8.self))"
        case .malformed(let what): "malformed: \(what)"
        }
    }
}
