/// One server-sent event.
public struct ServerSentEvent: Sendable, Equatable {
    /// The event's type; nil means `message`.
    public var type: String?
    /// The data, its lines joined by line feeds.
    public var data: [UInt8]
    /// The event's ID; nil leaves the last one standing.
    public var id: String?
    /// Milliseconds to wait before connecting anew; nil if not said.
    public var retry: Int?

    /// An event.
    ///
    /// - Parameters:
    ///   - data: the data; each line of it is sent as a line of its own.
    ///   - type: the type; control characters in it are sent as spaces.
    ///   - id: the ID; likewise.
    ///   - retry: milliseconds.
    public init(data: [UInt8], type: String? = nil, id: String? = nil, retry: Int? = nil) {
        self.type = type
        self.data = data
        self.id = id
        self.retry = retry
    }

    /// Appends the event as it is sent, with line feeds, up to and including its blank line.
    public func write(into out: inout [UInt8]) {
        if let type { Self.writeField("event: ", type, into: &out) }
        if let id { Self.writeField("id: ", id, into: &out) }
        if let retry {
            out.append(addingCapacity: 32) { out in
                out.append(text: "retry: ")
                MessageWriter.number(retry, into: &out)
                out.append(Byte.lineFeed)
            }
        }
        writeData(into: &out)
        out.append(Byte.lineFeed)
    }

    /// A carriage return ends a line for the reader, so it ends one here too.
    private func writeData(into out: inout [UInt8]) {
        let data = data.span
        var start = 0
        while true {
            let end = data.firstLineEnd(from: start, to: data.count)
            out.append(addingCapacity: end - start + 7) { out in
                out.append(text: "data: ")
                out.append(copying: data.extracting(start..<end))
                out.append(Byte.lineFeed)
            }
            guard end < data.count else { return }
            let isPair =
                data[end] == Byte.carriageReturn && end + 1 < data.count
                && data[end + 1] == Byte.lineFeed
            start = end + (isPair ? 2 : 1)
        }
    }

    private static func writeField(_ name: StaticString, _ value: String, into out: inout [UInt8]) {
        let value = value.utf8.span
        out.append(addingCapacity: name.utf8CodeUnitCount + value.count + 1) { out in
            out.append(text: name)
            MessageWriter.value(value, into: &out)
            out.append(Byte.lineFeed)
        }
    }
}
