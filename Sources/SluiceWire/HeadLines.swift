/// Cuts a message head into lines while it arrives, and refuses control characters on the way.
struct HeadLines: Sendable {
    /// Where the line begins that is not yet whole.
    private(set) var lineStart = 0
    /// Where the scan goes on: nothing before it needs to be looked at again.
    private(set) var scanned = 0

    /// The next whole line without its line end, nil if it has not arrived.
    mutating func next(_ bytes: Span<UInt8>) throws(Refusal) -> Range<Int>? {
        let end = bytes.firstControl(from: scanned)
        scanned = end
        guard end < bytes.count else { return nil }
        guard bytes[end] == Byte.carriageReturn else {
            throw Refusal(bytes[end] == Byte.lineFeed ? .bareLineFeed : .controlByte)
        }
        guard end + 1 < bytes.count else { return nil }
        guard bytes[end + 1] == Byte.lineFeed else { throw Refusal(.bareCarriageReturn) }
        let line = lineStart..<end
        lineStart = end + 2
        scanned = end + 2
        return line
    }

    /// The part of the next line that has arrived, without a carriage return at its end.
    var partial: Range<Int> { lineStart..<scanned }
}
