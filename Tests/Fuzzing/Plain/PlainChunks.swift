import SluiceWire

/// A chunked body read with one cursor over all of its bytes, to compare with.
struct PlainChunks {
    enum Verdict: Equatable {
        case needsMore, refused
        case end(Int)
    }

    private(set) var data: [UInt8] = []
    private(set) var verdict = Verdict.needsMore
    private let bytes: [UInt8]
    private let limits: ChunkLimits
    private var position = 0
    private var extensionBytes = 0

    /// What ends the reading before the body's end.
    private enum Stop: Error { case needsMore, refused }

    private static let forbidden: Set = [
        "authorization", "connection", "content-length", "cookie", "expect", "host",
        "proxy-authorization", "set-cookie", "te", "trailer", "transfer-encoding", "upgrade",
        "x-api-key",
    ]

    init(_ bytes: [UInt8], _ limits: ChunkLimits) {
        (self.bytes, self.limits) = (bytes, limits)
        do throws(Stop) {
            while let size = try size() { try chunk(size) }
            try trailers()
            verdict = .end(position)
        } catch {
            verdict = error == .refused ? .refused : .needsMore
        }
    }

    private mutating func next() throws(Stop) -> UInt8 {
        guard position < bytes.count else { throw .needsMore }
        position += 1
        return bytes[position - 1]
    }

    private mutating func expect(_ wanted: UInt8) throws(Stop) {
        guard try next() == wanted else { throw .refused }
    }

    /// The line before a chunk; nil for the last one.
    private mutating func size() throws(Stop) -> UInt64? {
        var digits: [UInt8] = []
        var byte = try next()
        while (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20) {
            digits.append(byte)
            guard digits.count <= limits.sizeDigits, Self.number(digits) != nil else {
                throw .refused
            }
            byte = try next()
        }
        guard let size = Self.number(digits) else { throw .refused }
        if byte == 0x3B {
            var length = 0
            while byte != 0x0D {
                (length, extensionBytes) = (length + 1, extensionBytes + 1)
                guard (byte >= 0x20 && byte != 0x7F) || byte == 0x09,
                    length <= limits.chunkExtension,
                    extensionBytes <= limits.bodyExtensions
                else { throw .refused }
                byte = try next()
            }
        }
        guard byte == 0x0D else { throw .refused }
        try expect(0x0A)
        return size == 0 ? nil : size
    }

    /// Nil above 2^63 - 1.
    private static func number(_ digits: [UInt8]) -> UInt64? {
        Int64(String(decoding: digits, as: UTF8.self), radix: 16).map { UInt64($0) }
    }

    private mutating func chunk(_ size: UInt64) throws(Stop) {
        for _ in 0..<size { data.append(try next()) }
        try expect(0x0D)
        try expect(0x0A)
    }

    private mutating func trailers() throws(Stop) {
        var left = limits.trailers
        while true {
            var byte = try next()
            if byte == 0x0D { return try expect(0x0A) }
            var name: [UInt8] = []
            while [byte].isToken {
                name.append(byte)
                try spend(&left)
                byte = try next()
            }
            guard byte == 0x3A, !name.isEmpty,
                !Self.forbidden.contains(String(decoding: name.lowercased, as: UTF8.self))
            else { throw .refused }
            while byte != 0x0D {
                guard (byte >= 0x20 && byte != 0x7F) || byte == 0x09 else { throw .refused }
                try spend(&left)
                byte = try next()
            }
            try spend(&left)
            try expect(0x0A)
            try spend(&left)
        }
    }

    private mutating func spend(_ left: inout Int) throws(Stop) {
        left -= 1
        guard left >= 0 else { throw .refused }
    }
}
