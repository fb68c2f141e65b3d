internal import CSluiceRedis
internal import Glibc

/// One blocking connection, used by one thread at a time.
///
/// Safety: whoever holds it lets one thread after another use it.
final class RedisConnection {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let context: UnsafeMutablePointer<redisContext>
    private let timeout: Duration
    /// How long one read or write may take.
    private var limit = Duration.zero

    /// Connects and logs in.
    init(_ address: RedisAddress, timeout: Duration) throws(Failure) {
        let time = timeval(timeout)
        self.timeout = timeout
        let made =
            switch address.place {
            // Safety: hiredis copies what it is given.
            case .tcp(let host, let port):
                unsafe redisConnectWithTimeout(host, Int32(port), time)
            case .unix(let path): unsafe redisConnectUnixWithTimeout(path, time)
            }
        guard let context = unsafe made else { throw Failure(description: "no memory") }
        unsafe self.context = unsafe context
        try check()
        try prepare(address)
    }

    deinit { unsafe redisFree(context) }

    /// Sends all commands and then reads all replies, within one timeout.
    func run(_ commands: [[String]]) throws(Failure) -> [RedisValue] {
        var replies: [RedisValue] = []
        try run(commands) { _, reply in replies.append(reply) }
        return replies
    }

    /// Sends all commands and tells of each reply as it comes, all within one timeout.
    func run(
        _ commands: [[String]], each: (_ index: Int, _ reply: RedisValue) -> Void
    ) throws(Failure) {
        let end = ContinuousClock.now + timeout
        for command in commands { try append(command) }
        for index in commands.indices {
            try wait(until: end)
            each(index, try reply())
        }
    }

    /// What came already is read without the socket, so its limit is only set anew where it has become much shorter.
    private func wait(until end: ContinuousClock.Instant) throws(Failure) {
        let rest = ContinuousClock.now.duration(to: end)
        guard rest > .zero else { throw Failure(description: "too slow") }
        guard limit == .zero || rest < limit * 0.9 || rest > limit else { return }
        limit = max(rest, .milliseconds(1))
        // Safety: the context is there until deinit.
        guard unsafe redisSetTimeout(context, timeval(limit)) == REDIS_OK else { throw failure() }
    }

    private func prepare(_ address: RedisAddress) throws(Failure) {
        var commands: [[String]] = []
        if let password = address.password {
            commands.append(["AUTH"] + (address.user.map { [$0] } ?? []) + [password])
        }
        if address.database != 0 { commands.append(["SELECT", String(address.database)]) }
        for case .error(let text) in try run(commands) {
            // A server without the command repeats what it was given.
            let isTelling = address.password.map { text.contains($0) } ?? false
            throw Failure(description: isTelling ? "does not take a password" : text)
        }
    }

    private func append(_ command: [String]) throws(Failure) {
        // The form of requests in Redis' protocol: a list of strings with their lengths.
        var bytes = Array("*\(command.count)\r\n".utf8)
        for part in command {
            let part = Array(part.utf8)
            bytes += "$\(part.count)\r\n".utf8
            bytes += part
            bytes += "\r\n".utf8
        }
        let result = unsafe bytes.withUnsafeBytes { buffer in
            // Safety: hiredis copies the bytes, of which there are so many.
            unsafe redisAppendFormattedCommand(
                context, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count)
        }
        guard result == REDIS_OK else { throw failure() }
    }

    private func reply() throws(Failure) -> RedisValue {
        var raw: UnsafeMutableRawPointer?
        // Safety: the context is there until deinit; a reply belongs to the caller, who frees it.
        guard unsafe redisGetReply(context, &raw) == REDIS_OK, let raw = unsafe raw else {
            throw failure()
        }
        defer { unsafe freeReplyObject(raw) }
        return unsafe RedisValue(raw.assumingMemoryBound(to: redisReply.self))
    }

    private func check() throws(Failure) {
        if unsafe context.pointee.err != 0 { throw failure() }
    }

    private func failure() -> Failure {
        // Safety: hiredis ends its text with a zero.
        let text = unsafe withUnsafePointer(to: context.pointee.errstr) {
            unsafe String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
        }
        return Failure(description: text.isEmpty ? "connection lost" : text)
    }
}

extension timeval {
    fileprivate init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.init(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
    }
}
