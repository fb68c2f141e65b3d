import SluiceWire
import Testing

struct EventScannerTests {
    /// A stream with `|` where boundaries are when it is fed whole.
    static let streams = [
        "data: a\n\n|data: b\n\n|",
        "data: a\r\n\r\n|data: b\r\n\r\n|rest",
        "data: a\r\r|data: b\r\r|data: c",
        "data: a\n\r\n|data: b\r\n\n|data: c\r\n\r|data: d\n\r|",
        "data: a\ndata: b\r\ndata: c\r\n\n|\n|\r\n|: comment\n\n|",
        "\n|event: x\ndata: long enough for several words of eight bytes each\n\n|",
        "data: \u{1}\u{2}\t \u{B}\u{C}\u{E} controls that end no line\n\n|",
    ]

    static func split(_ marked: String) -> (bytes: [UInt8], boundaries: [Int]) {
        var bytes: [UInt8] = []
        var boundaries: [Int] = []
        for byte in marked.utf8 {
            if byte == UInt8(ascii: "|") {
                boundaries.append(bytes.count)
            } else {
                bytes.append(byte)
            }
        }
        return (bytes, boundaries)
    }

    @Test(arguments: streams)
    func eachBoundaryIsFoundInAWholeStream(marked: String) {
        let (bytes, boundaries) = Self.split(marked)
        var scanner = EventScanner(limit: 1000)
        var found: [Int] = []
        while let next = scanner.nextBoundary(in: bytes.span, from: found.last ?? 0) {
            found.append(next)
        }
        #expect(found == boundaries)
        #expect(scanner.pendingBytes == bytes.count - (boundaries.last ?? 0))
        var again = EventScanner(limit: 1000)
        #expect(again.lastBoundary(in: bytes.span) == boundaries.last)
        #expect(again.pendingBytes == scanner.pendingBytes)
    }

    /// Cut inside a CRLF, the boundary is told after the CR and moved behind the LF that follows.
    @Test(arguments: streams)
    func boundariesAreTheSameHoweverTheStreamIsCut(marked: String) {
        let (bytes, boundaries) = Self.split(marked)
        for pieces in cuts(of: bytes) {
            var scanner = EventScanner(limit: 1000)
            var found: [Int] = []
            var before = 0
            for piece in pieces {
                var offset = 0
                while let next = scanner.nextBoundary(in: piece.span, from: offset) {
                    if found.last == before + next - 1, bytes[before + next - 1] == 0x0A,
                        bytes[before + next - 2] == 0x0D
                    {
                        found.removeLast()
                    }
                    found.append(before + next)
                    offset = next
                }
                before += piece.count
            }
            #expect(found == boundaries)
            #expect(scanner.pendingBytes == bytes.count - (boundaries.last ?? 0))
        }
    }

    @Test func anEmptyPieceChangesNothing() {
        var scanner = EventScanner(limit: 10)
        #expect(scanner.lastBoundary(in: Array("a\r".utf8).span) == nil)
        #expect(scanner.lastBoundary(in: [UInt8]().span) == nil)
        #expect(scanner.lastBoundary(in: Array("\n\r".utf8).span) == 2)
        #expect(scanner.lastBoundary(in: [UInt8]().span) == nil)
        #expect(scanner.lastBoundary(in: Array("\ndata".utf8).span) == 1)
        #expect(scanner.pendingBytes == 4)
    }

    @Test(arguments: [(19, false), (20, false), (21, true)])
    func anEventAboveTheLimitIsNoticed(length: Int, isOver: Bool) {
        var scanner = EventScanner(limit: 20)
        for _ in 0..<length {
            #expect(!scanner.isOverLimit)
            #expect(scanner.lastBoundary(in: [UInt8(ascii: "x")].span) == nil)
        }
        #expect(scanner.isOverLimit == isOver)
        #expect(scanner.lastBoundary(in: Array("\n\n".utf8).span) == 2)
        #expect(!scanner.isOverLimit)
    }
}
