extension ResponseHead {
    /// What a server says in a head beside the fields of the answer.
    public struct Envelope: Sendable {
        /// The whole `date` line with its line end.
        public var dateLine: [UInt8]
        /// The value of `x-sluice-request-id`.
        public var requestID: String
        /// The value of `content-length`, nil to say none.
        public var length: Int?
        /// Whether the body comes in chunks.
        public var isChunked: Bool
        /// What is said about the connection.
        public var connection: Connection

        /// What becomes of the connection after the answer, as far as it has to be said.
        public enum Connection: Sendable {
            case unsaid, close, keepAlive
        }

        /// An envelope of these parts.
        public init(
            dateLine: [UInt8], requestID: String, length: Int? = nil, isChunked: Bool = false,
            connection: Connection = .unsaid
        ) {
            self.dateLine = dateLine
            self.requestID = requestID
            self.length = length
            self.isChunked = isChunked
            self.connection = connection
        }
    }

    /// Room for the lines whose length does not depend on anything.
    private static let otherRoom = 160

    /// Appends status line, fields and the empty line. Room for all of it is made once.
    public func write(in envelope: Envelope, into out: inout [UInt8]) {
        let id = envelope.requestID.utf8.span
        let room =
            MessageWriter.statusLineRoom + envelope.dateLine.count + headers.roomNeeded + id.count
            + Self.otherRoom
        out.append(addingCapacity: room) { out in
            MessageWriter.statusLine(status, into: &out)
            out.append(copying: envelope.dateLine.span)
            headers.writeFields(into: &out)
            out.append(text: "x-sluice-request-id: ")
            MessageWriter.value(id, into: &out)
            out.appendLineEnd()
            if let length = envelope.length {
                out.append(text: "content-length: ")
                MessageWriter.number(length, into: &out)
                out.appendLineEnd()
            } else if envelope.isChunked {
                out.append(text: "transfer-encoding: chunked\r\n")
            }
            switch envelope.connection {
            case .unsaid: break
            case .close: out.append(text: "connection: close\r\n")
            case .keepAlive: out.append(text: "connection: keep-alive\r\n")
            }
            out.appendLineEnd()
        }
    }
}
