@testable import SluiceWire

/// Everything that comes over a client's connection: one request with its body behind the other.
func checkRequests(_ input: [UInt8]) {
    let whole = RequestStream(input, ends: [input.count])
    for ends in Pieces(of: input).ways {
        property(
            "Requests are read alike however they are cut.", RequestStream(input, ends: ends), whole
        )
    }
    var written: [UInt8] = []
    let complete = whole.requests.filter(\.isComplete)
    for request in complete { request.write(into: &written) }
    let again = RequestStream(written, ends: [written.count])
    property("Requests that are written again are the same.", again.requests, complete)
    property("Requests that are written again are well.", again.refusal == nil)
}

private struct RequestStream: Equatable {
    struct Request: Equatable {
        var head: RequestHead
        var body: [UInt8] = []
        var isComplete = false
    }

    var requests: [Request] = []
    var refusal: Refusal?
    private var isOver: Bool {
        refusal != nil || requests.last.map { $0.isComplete && !$0.head.keepAlive } ?? false
    }

    /// Feeds the input as a connection does: the head parser sees all bytes of its head each time, the decoder each byte once.
    init(_ input: [UInt8], ends: [Int]) {
        var parser = RequestHeadParser()
        var decoder: BodyDecoder?
        // Where the head begins that is not whole, or where the body goes on.
        var start = 0
        for end in ends {
            while !isOver {
                let before = start
                withExactCopy(of: input[start..<end]) { bytes in
                    if decoder == nil {
                        start += takeHead(bytes, &parser, &decoder)
                    } else {
                        start += takeBody(bytes, &decoder)
                    }
                }
                if decoder != nil, start == end { break }
                if start == before { break }
            }
        }
    }
}

extension RequestStream {
    /// - Returns: how many bytes were used.
    private mutating func takeHead(
        _ bytes: Span<UInt8>, _ parser: inout RequestHeadParser, _ decoder: inout BodyDecoder?
    ) -> Int {
        switch parser.parse(bytes) {
        case .incomplete: return 0
        case .refused(let refusal):
            self.refusal = refusal
            return 0
        case .complete(let head, let consumed):
            requests.append(Request(head: head))
            let body = BodyDecoder(head.framing)
            requests[requests.count - 1].isComplete = body.isComplete
            decoder = body.isComplete ? nil : body
            return consumed
        }
    }

    private mutating func takeBody(_ bytes: Span<UInt8>, _ decoder: inout BodyDecoder?) -> Int {
        guard var body = decoder else { return 0 }
        let last = requests.count - 1
        var offset = 0
        while true {
            switch body.next(bytes, from: offset) {
            case .data(let range):
                requests[last].body.append(copying: bytes.extracting(range))
                offset = range.upperBound
            case .needMore:
                decoder = body
                return bytes.count
            case .end(let end):
                requests[last].isComplete = true
                decoder = nil
                return end
            case .refused(let refusal):
                self.refusal = refusal
                return offset
            }
        }
    }
}

extension RequestStream.Request {
    fileprivate func write(into out: inout [UInt8]) {
        head.write(into: &out)
        guard head.framing == .chunked else {
            out += body
            return
        }
        if !body.isEmpty {
            MessageWriter.chunkHeader(size: body.count, into: &out)
            out += body
            MessageWriter.chunkEnd(isLast: false, into: &out)
        }
        MessageWriter.lastChunk(into: &out)
    }
}

extension RequestHead {
    /// Writes the head as it would have to be sent to be read as it is.
    func write(into out: inout [UInt8]) {
        MessageWriter.requestLine(method: method, target: target, into: &out)
        if version == .http10 { out[out.count - 3] = UInt8(ascii: "0") }
        headers.writeFields(into: &out)
        MessageWriter.lineEnd(into: &out)
    }
}
