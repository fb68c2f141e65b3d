internal import SluiceLoop

/// Bytes on their way to a socket: a part of our own making, then a part of the body as it came.
struct Outgoing {
    private(set) var head: [UInt8] = []
    private(set) var body: [UInt8] = []
    private(set) var sent = 0

    var isDrained: Bool { sent == head.count + body.count }

    /// - Parameter joinsSmall: puts a small body behind the head, for one TLS record instead of two.
    mutating func load(_ head: inout [UInt8], _ body: [UInt8], joinsSmall: Bool) {
        if joinsSmall, head.count + body.count <= 16 * 1024 {
            head.append(contentsOf: body)
            self.body = []
        } else {
            self.body = body
        }
        swap(&self.head, &head)
        sent = 0
    }

    mutating func advance(_ count: Int) {
        sent += count
    }

    /// Gives the buffer back and lets the body go.
    mutating func discard(to buffers: BufferPool) {
        buffers.give(&head)
        body = []
        sent = 0
    }
}
