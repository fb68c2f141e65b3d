internal import CSluiceRedis

/// A reply of Redis.
package enum RedisValue: Sendable, Equatable {
    case null
    case integer(Int)
    case text(String)
    case error(String)
    case list([RedisValue])

    /// A number, written as one or as text.
    package var int: Int? {
        switch self {
        case .integer(let number): number
        case .text(let text): Int(text)
        case .null, .error, .list: nil
        }
    }

    package var elements: [RedisValue]? { if case .list(let values) = self { values } else { nil } }

    // Safety: a reply of hiredis is a tree that it owns; all of it is read here, before it is freed.
    init(_ reply: UnsafePointer<redisReply>) {
        let value = unsafe reply.pointee
        switch unsafe value.type {
        case REDIS_REPLY_INTEGER: self = unsafe .integer(Int(value.integer))
        case REDIS_REPLY_STRING, REDIS_REPLY_STATUS: self = unsafe .text(Self.text(value))
        case REDIS_REPLY_ERROR: self = unsafe .error(Self.text(value))
        case REDIS_REPLY_ARRAY:
            var values: [RedisValue] = []
            for index in unsafe 0..<Int(value.elements) {
                // Safety: an array reply has as many elements as it says.
                let element = unsafe value.element[index]
                values.append(unsafe element.map { unsafe RedisValue($0) } ?? .null)
            }
            self = .list(values)
        default: self = .null
        }
    }

    private static func text(_ reply: redisReply) -> String {
        guard let start = unsafe reply.str else { return "" }
        // Safety: the text has as many bytes as the reply says.
        let bytes = unsafe UnsafeRawBufferPointer(start: start, count: Int(reply.len))
        return unsafe String(decoding: bytes, as: UTF8.self)
    }
}
