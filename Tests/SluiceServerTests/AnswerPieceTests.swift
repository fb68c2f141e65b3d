import SluiceWire
import Testing

@testable import SluiceLoop
@testable import SluiceServer

struct AnswerPieceTests {
    private let pool = BufferPool()

    /// What the chunked coding makes of one pass's data.
    private func expected(_ head: String, _ sizes: [Int], isLast: Bool) -> [UInt8] {
        var bytes = Array(head.utf8)
        let whole = sizes.reduce(0, +)
        if whole > 0 {
            bytes += Array("\(String(whole, radix: 16, uppercase: true))\r\n".utf8)
            bytes += [UInt8](repeating: 0x78, count: whole) + Array("\r\n".utf8)
        }
        return bytes + (isLast ? Array("0\r\n\r\n".utf8) : [])
    }

    private func written(_ head: String, _ sizes: [Int], isLast: Bool) -> [UInt8] {
        var piece = AnswerPiece()
        if !head.isEmpty { piece.writeHead(from: pool) { $0 += Array(head.utf8) } }
        for size in sizes {
            piece.appendToChunk([UInt8](repeating: 0x78, count: size).span, from: pool)
        }
        piece.endChunk(isLast: isLast, from: pool)
        return piece.take()
    }

    @Test(arguments: [
        [], [1], [300], [1, 1], [9, 7], [15, 1], [255, 1], [200, 200, 200], [1, 70_000],
    ])
    func theLineBeforeAChunkSaysTheSizeOfAllItsPieces(sizes: [Int]) {
        for head in ["", "HTTP/1.1 200 OK\r\n\r\n"] {
            for isLast in [false, true] {
                #expect(
                    written(head, sizes, isLast: isLast) == expected(head, sizes, isLast: isLast))
            }
        }
    }

    @Test func onePassLeavesNothingForTheNext() {
        var piece = AnswerPiece()
        piece.appendToChunk([UInt8](repeating: 0x78, count: 300).span, from: pool)
        piece.endChunk(isLast: false, from: pool)
        _ = piece.take()
        piece.endChunk(isLast: false, from: pool)
        #expect(piece.isEmpty)
        piece.appendToChunk([0x78].span, from: pool)
        piece.endChunk(isLast: false, from: pool)
        #expect(piece.take() == Array("1\r\nx\r\n".utf8))
    }

    @Test(arguments: [0, 3])
    func fieldsComeBehindTheLastChunk(size: Int) {
        var piece = AnswerPiece()
        if size > 0 { piece.appendToChunk([UInt8](repeating: 0x78, count: size).span, from: pool) }
        var fields = HeaderFields()
        fields.append("x-sluice-usage-source", "counted")
        piece.endBody(trailers: fields, from: pool)
        let data = size > 0 ? "3\r\nxxx\r\n" : ""
        let expected = data + "0\r\nx-sluice-usage-source: counted\r\n\r\n"
        #expect(String(decoding: piece.take(), as: UTF8.self) == expected)
    }
}
