@testable import SluiceWire

/// Bodies of each framing. The chunked ones have usual limits and narrow ones.
func checkBody(_ input: [UInt8]) {
    let narrow = ChunkLimits(chunkExtension: 4, bodyExtensions: 10, trailers: 24, sizeDigits: 4)
    for limits in [ChunkLimits.standard, narrow] {
        let whole = checkCuts(of: input, .chunked, limits)
        comparePlainly(whole, PlainChunks(input, limits))
        if whole.end != nil { checkWritten(whole.data, pieces: Pieces(of: input).ways.last ?? []) }
    }
    let count = UInt64(input.count)
    for length in [0, 1, count / 2, count, count + 1, UInt64(Int64.max)] {
        let body = checkCuts(of: input, .length(length), .standard)
        let expected = Int(min(length, count))
        property("A body of a length is so many bytes.", body.data, Array(input[..<expected]))
        property("A body of a length ends after it.", body.end, length <= count ? expected : nil)
        property("What is left of a length is known.", body.remaining, length - UInt64(expected))
        property("A body of a length is whole when all came.", body.isWholeAtClose, length <= count)
    }
    let open = checkCuts(of: input, .untilClose, .standard)
    property("A body that ends with the connection has all bytes.", open.data, input)
    property("A body that ends with the connection is whole then.", open.isWholeAtClose)
}

/// What came out of a decoder.
private struct DecodedBody: Equatable {
    var data: [UInt8] = []
    /// Where in the input the body ended.
    var end: Int?
    var refusal: Refusal?
    var remaining: UInt64?
    var isWholeAtClose = false
}

private func checkCuts(
    of input: [UInt8], _ framing: BodyFraming, _ limits: ChunkLimits
) -> DecodedBody {
    let whole = decode(input, ends: [input.count], framing, limits)
    for ends in Pieces(of: input).ways {
        property(
            "A body is read alike however it is cut.", decode(input, ends: ends, framing, limits),
            whole)
    }
    return whole
}

private func decode(
    _ input: [UInt8], ends: [Int], _ framing: BodyFraming, _ limits: ChunkLimits
) -> DecodedBody {
    var decoder = BodyDecoder(framing, limits: limits)
    var body = DecodedBody()
    var start = 0
    for end in ends where body.end == nil && body.refusal == nil {
        withExactCopy(of: input[start..<end]) { piece in
            decode(piece, at: start, by: &decoder, into: &body)
        }
        start = end
    }
    body.remaining = decoder.remaining
    body.isWholeAtClose = decoder.finishAtClose()
    return body
}

private func decode(
    _ piece: Span<UInt8>, at start: Int, by decoder: inout BodyDecoder, into body: inout DecodedBody
) {
    var offset = 0
    while true {
        switch decoder.next(piece, from: offset) {
        case .data(let range):
            property("Data is never empty.", !range.isEmpty)
            property(
                "Data goes forward.", range.lowerBound >= offset && range.upperBound <= piece.count)
            body.data.append(copying: piece.extracting(range))
            offset = range.upperBound
        case .needMore: return
        case .end(let end):
            property("A body ends inside its piece.", end >= offset && end <= piece.count)
            property("A decoder knows that its body has ended.", decoder.isComplete)
            body.end = start + end
            return
        case .refused(let refusal):
            property(
                "A decoder repeats its refusal.", decoder.next(piece, from: 0), .refused(refusal))
            property("A body that is refused is not complete.", !decoder.isComplete)
            body.refusal = refusal
            return
        }
    }
}

private func comparePlainly(_ body: DecodedBody, _ plain: PlainChunks) {
    property("Data is what stands in the chunks.", body.data, plain.data)
    let verdict: PlainChunks.Verdict =
        body.refusal != nil ? .refused : body.end.map { .end($0) } ?? .needsMore
    property("Chunks are accepted as the grammar says.", verdict, plain.verdict)
    property("A chunked body is whole at its last chunk.", body.isWholeAtClose, body.end != nil)
}

/// Data that is written in chunks is read again.
private func checkWritten(_ data: [UInt8], pieces: [Int]) {
    var written: [UInt8] = []
    var start = 0
    for end in pieces where end > start && start < data.count {
        let piece = data[start..<min(end, data.count)]
        MessageWriter.chunkHeader(size: piece.count, into: &written)
        written += piece
        MessageWriter.chunkEnd(isLast: false, into: &written)
        start = min(end, data.count)
    }
    MessageWriter.lastChunk(into: &written)
    let again = decode(written, ends: [written.count], .chunked, .standard)
    property("Data that is written in chunks is read again.", again.data, Array(data[..<start]))
    property("A body that was written ends where it was ended.", again.end, written.count)
}
