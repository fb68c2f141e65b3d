import SluiceWire
import Testing

/// What a decoder made of pieces: the data, where the body ended counted from the start, and why not.
private struct Decoded: Equatable {
    var data: [UInt8] = []
    var end: Int?
    var refusal: Refusal?
}

private func decode(
    _ pieces: [[UInt8]], _ framing: BodyFraming = .chunked, _ limits: ChunkLimits = .standard
) -> Decoded {
    var decoder = BodyDecoder(framing, limits: limits)
    var decoded = Decoded()
    var before = 0
    for piece in pieces where decoded.end == nil && decoded.refusal == nil {
        var offset = 0
        reading: while true {
            switch decoder.next(piece.span, from: offset) {
            case .data(let range):
                decoded.data += piece[range]
                offset = range.upperBound
            case .needMore: break reading
            case .end(let end):
                decoded.end = before + end
                break reading
            case .refused(let refusal):
                decoded.refusal = refusal
                break reading
            }
        }
        before += piece.count
    }
    return decoded
}

struct BodyDecoderTests {
    static let good: [(String, String)] = [
        ("0\r\n\r\n", ""),
        ("5\r\nhello\r\n0\r\n\r\n", "hello"),
        ("5\r\nhello\r\n6\r\n world\r\n000\r\n\r\n", "hello world"),
        ("A\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
        ("a\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
        ("0000000000000001\r\nx\r\n0\r\n\r\n", "x"),
        ("1;\r\nx\r\n0;a=\"b c\";d\t\r\n\r\n", "x"),
        ("2\r\n\r\n\r\n0\r\n\r\n", "\r\n"),
        ("1\r\nx\r\n0\r\nVary: *\r\nX-Sum: 1\r\n\r\n", "x"),
    ]

    @Test(arguments: good)
    func chunksGiveTheSameDataHoweverTheyAreCut(text: String, data: String) {
        let body = Array(text.utf8)
        for pieces in cuts(of: body + Array("GET /".utf8)) {
            let expected = Decoded(data: Array(data.utf8), end: body.count)
            #expect(decode(pieces) == expected)
        }
    }

    static let bad: [(String, Refusal.Reason)] = [
        ("\r\n", .chunkSize), (" 5\r\n", .chunkSize), ("0x5\r\n", .chunkSize),
        ("+5\r\n", .chunkSize), ("-1\r\n", .chunkSize), ("5_0\r\n", .chunkSize),
        ("5 \r\n", .chunkSize), ("5 ;a\r\n", .chunkSize), (";a\r\n", .chunkSize),
        ("5\n", .bareLineFeed), ("5;a\nb\r\n", .bareLineFeed), ("5;\r\r\n", .bareCarriageReturn),
        ("5\r\r\n", .bareCarriageReturn), ("5;a\0\r\n", .chunkExtension),
        ("00000000000000001\r\n", .chunkSize), ("8000000000000000\r\n", .chunkSize),
        ("FFFFFFFFFFFFFFFF\r\n", .chunkSize),
        ("3\r\nfour\r\n", .chunkEnd), ("5\r\nfour\r\n0\r\n\r\n", .chunkEnd),
        ("1\r\nx\n0\r\n", .chunkEnd), ("1\r\nx\rx", .chunkEnd), ("1\r\nx0\r\n", .chunkEnd),
        ("0\r\n\n", .bareLineFeed), ("0\r\n\rx", .bareCarriageReturn),
        ("0\r\nA: b\n", .bareLineFeed), ("0\r\nA: b\rc", .bareCarriageReturn),
        ("0\r\nA b\r\n", .trailer), ("0\r\n A: b\r\n", .trailer), ("0\r\n: b\r\n", .trailer),
        ("0\r\nA: \0\r\n", .trailer),
        ("0\r\nContent-Length: 5\r\n", .forbiddenTrailer),
        ("0\r\nhOST: x\r\n", .forbiddenTrailer),
        ("0\r\nA: b\r\nAuthorization: x\r\n", .forbiddenTrailer),
        ("0\r\nTransfer-Encoding: chunked\r\n", .forbiddenTrailer),
    ]

    @Test(arguments: bad)
    func aBrokenChunkIsRefusedHoweverItIsCut(text: String, reason: Refusal.Reason) {
        for pieces in cuts(of: Array(text.utf8)) {
            #expect(decode(pieces).refusal == Refusal(reason))
        }
    }

    static let limits = ChunkLimits(
        chunkExtension: 8, bodyExtensions: 20, trailers: 30, sizeDigits: 4)

    static let crossings: [(String, Refusal.Reason?)] = [
        ("1;234567\r\n", nil), ("1;2345678\r\n", nil), ("1;23456789\r\n", .chunkExtensionTooLong),
        ("001\r\n", nil), ("0001\r\n", nil), ("00001\r\n", .chunkSize),
        (String(repeating: "1;2345\r\nx\r\n", count: 4), nil),
        (String(repeating: "1;2345\r\nx\r\n", count: 3) + "1;234\r\n", nil),
        (String(repeating: "1;2345\r\nx\r\n", count: 4) + "1;\r\n", .chunkExtensionTooLong),
        ("0\r\nA: \(String(repeating: "v", count: 24))\r\n\r\n", nil),
        ("0\r\nA: \(String(repeating: "v", count: 25))\r\n\r\n", nil),
        ("0\r\nA: \(String(repeating: "v", count: 26))\r\n\r\n", .trailersTooLong),
        ("0\r\n" + String(repeating: "A: b\r\n", count: 5) + "\r\n", nil),
        ("0\r\n" + String(repeating: "A: b\r\n", count: 6), .trailersTooLong),
    ]

    @Test(arguments: crossings)
    func chunksAtALimitAreAcceptedAndOneAboveIsRefused(text: String, reason: Refusal.Reason?) {
        for pieces in cuts(of: Array(text.utf8)) {
            #expect(decode(pieces, .chunked, Self.limits).refusal?.reason == reason)
        }
    }

    @Test func theStandardLimitsAre256BytesAnd16KiB() {
        let extended = "1;" + String(repeating: "e", count: 255) + "\r\nx\r\n"
        let full = String(repeating: extended, count: 64)
        #expect(decode([Array(full.utf8)]).refusal == nil)
        #expect(decode([Array((full + "1;").utf8)]).refusal?.reason == .chunkExtensionTooLong)
        let trailers = "0\r\n" + String(repeating: "A: b\r\n", count: 174_763)
        #expect(decode([Array(trailers.utf8)]).refusal?.reason == .trailersTooLong)
    }

    @Test(arguments: [
        (BodyFraming.none, 0), (.length(0), 0), (.length(1), 1), (.length(7), 7),
    ])
    func aBodyOfKnownLengthEndsThere(framing: BodyFraming, length: Int) {
        for pieces in cuts(of: Array("0123456789".utf8)) {
            let decoded = decode(pieces, framing)
            #expect(decoded.data == Array("0123456789".utf8.prefix(length)))
            #expect(decoded.end == length)
        }
    }

    @Test func aRefusalIsRepeated() {
        var decoder = BodyDecoder(.chunked)
        for text in ["x", "0\r\n\r\n"] {
            let step = decoder.next(Array(text.utf8).span, from: 0)
            #expect(step == .refused(Refusal(.chunkSize)))
        }
    }

    @Test(arguments: [
        (BodyFraming.untilClose, "abc", true), (.length(3), "abc", true),
        (.length(4), "abc", false),
        (.none, "", true), (.chunked, "1\r\nx\r\n0\r\n", false), (.chunked, "0\r\n\r\n", true),
    ])
    func theEndOfTheConnectionEndsOnlyABodyWithoutLength(
        framing: BodyFraming, text: String, isWhole: Bool
    ) {
        var decoder = BodyDecoder(framing)
        let bytes = Array(text.utf8)
        var offset = 0
        while case .data(let range) = decoder.next(bytes.span, from: offset) {
            offset = range.upperBound
        }
        #expect(decoder.finishAtClose() == isWhole)
        #expect(decoder.isComplete == isWhole)
    }
}
