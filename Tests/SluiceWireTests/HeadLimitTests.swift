import SluiceWire
import Testing

/// Each limit one below, at, and one above; above, the refusal comes before the line or head is whole.
struct HeadLimitTests {
    static let limits = HeadLimits(target: 40, headerLine: 60, headerCount: 5, total: 250)

    static func request(target: Int = 1, line: Int? = nil, count: Int = 1, total: Int? = nil)
        -> String
    {
        var text = "GET /\(String(repeating: "t", count: target - 1)) HTTP/1.1\r\nHost: x\r\n"
        if let line { text += "A: \(String(repeating: "v", count: line - 3))\r\n" }
        for _ in 1..<max(count, 1) { text += "B: c\r\n" }
        if let total {
            while total - text.utf8.count - 2 > 62 {
                text += "C: \(String(repeating: "v", count: 57))\r\n"
            }
            text += "D: \(String(repeating: "v", count: total - text.utf8.count - 2 - 5))\r\n"
        }
        return text + "\r\n"
    }

    static let table: [(String, Refusal.Reason?)] = [
        (request(target: 39), nil), (request(target: 40), nil),
        (request(target: 41), .targetTooLong),
        (request(line: 59), nil), (request(line: 60), nil), (request(line: 61), .fieldTooLong),
        (request(count: 4), nil), (request(count: 5), nil), (request(count: 6), .tooManyFields),
        (request(total: 249), nil), (request(total: 250), nil),
        (request(total: 251), .headTooLong),
    ]

    @Test(arguments: table)
    func aHeadAtALimitIsAcceptedAndOneAboveIsRefused(text: String, reason: Refusal.Reason?) {
        for pieces in cuts(of: Array(text.utf8)) {
            let heard = feed(pieces, .requests, limits: Self.limits)
            #expect(heard.refusal?.reason == reason)
            #expect(heard.messages.count == (reason == nil ? 1 : 0))
        }
    }

    @Test(arguments: [
        ("GET /" + String(repeating: "t", count: 40), Refusal.Reason.targetTooLong),
        ("GET / HTTP/1.1\r\nA: " + String(repeating: "v", count: 58), .fieldTooLong),
        (String(repeating: "M", count: 33), .method),
        ("GET / HTTP/1.1\r\nHost: x\r\n" + String(repeating: "C: v\r\n", count: 5), .tooManyFields),
    ])
    func aLimitIsCrossedBeforeTheLineEnds(text: String, reason: Refusal.Reason) {
        #expect(feed(text, limits: Self.limits).refusal == Refusal(reason))
    }

    @Test func theStandardLimitsAnswer414And431() {
        let target = String(repeating: "t", count: 8191)
        #expect(feed("GET /\(target) HTTP/1.1\r\nHost: x\r\n\r\n").refusal == nil)
        #expect(feed("GET /\(target)t HTTP/1.1\r\nHost: x\r\n\r\n").refusal?.status == 414)
        let line = String(repeating: "v", count: (16 << 10) - 3)
        #expect(feed("GET / HTTP/1.1\r\nHost: x\r\nA: \(line)\r\n\r\n").refusal == nil)
        #expect(feed("GET / HTTP/1.1\r\nHost: x\r\nA: \(line)v\r\n\r\n").refusal?.status == 431)
    }

    @Test(arguments: [59, 60, 61])
    func aStatusLineCountsAsAHeaderLine(length: Int) {
        let text = "HTTP/1.1 200 " + String(repeating: "r", count: length - 13) + "\r\n\r\n"
        let heard = feed(text, .responses(toHEAD: false), limits: Self.limits)
        #expect(heard.refusal == (length > 60 ? Refusal(.fieldTooLong, status: 502) : nil))
    }
}
