@testable import SluiceWire

/// An answer read from all bytes of its connection, to compare with. Only heads that are whole or not well are judged.
struct PlainAnswer {
    private(set) var body: [UInt8] = []
    /// Once the connection has ended.
    private(set) var isComplete = false
    private(set) var isRefused = false

    init(_ input: [UInt8], toHEAD: Bool) {
        var rest = input
        var interimHeads = 0
        while true {
            // Whether a head that is not whole is refused already is not told plainly; the parser's own target sees to that.
            var parser = ResponseHeadParser()
            if case .incomplete = parser.parse(rest.span, toHEAD: toHEAD) { return }
            guard case .head(let head) = PlainHead.read(rest, .standard, dropsUnderscores: false),
                let line = head.response(lineLimit: HeadLimits.standard.headerLine),
                let framing = head.framing(isVersion11: line.isVersion11)
            else {
                isRefused = true
                return
            }
            rest = Array(rest[head.end...])
            guard line.status < 200 else {
                let isEmpty = toHEAD || line.status == 204 || line.status == 304
                take(rest, isEmpty ? BodyFraming.length(0) : framing)
                return
            }
            interimHeads += 1
            isRefused = interimHeads > 8
            if isRefused { return }
        }
    }

    private mutating func take(_ bytes: [UInt8], _ framing: BodyFraming) {
        switch framing {
        case .none, .untilClose: (body, isComplete) = (bytes, true)
        case .length(let length):
            isComplete = UInt64(bytes.count) >= length
            body = isComplete ? Array(bytes.prefix(Int(length))) : bytes
        case .chunked:
            let chunks = PlainChunks(bytes, .standard)
            body = chunks.data
            isRefused = chunks.verdict == .refused
            if case .end = chunks.verdict { isComplete = true }
        }
    }
}
