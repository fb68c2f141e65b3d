import SluiceWire
import Testing

/// Of several faults the one that comes first is told, whether a head comes whole or byte by byte.
struct FaultOrderTests {
    private static let limits = HeadLimits(target: 8, headerLine: 20, headerCount: 2, total: 60)
    private static let long = String(repeating: "v", count: 20)

    @Test(arguments: [
        ("GET /tttttttt\u{1} HTTP/1.1\r\n", Refusal.Reason.targetTooLong),
        ("GET /tttttttt# HTTP/1.1\r\n", .targetTooLong),
        ("GET /ttttttt\u{1} HTTP/1.1\r\n", .controlByte),
        ("GET /ttttttt# HTTP/1.1\r\n", .target),
        ("GET /t\u{E9}tttttttttt HTTP/1.1\r\n", .target),
        ("G@T /\u{1} HTTP/1.1\r\n", .method),
        ("GET / HTTP/1.1HTTP\u{1}", .version),
        ("GET / HTTP/1.1\r\nA: \(long)\n", .fieldTooLong),
        ("GET / HTTP/1.1\r\nA: v\nA: \(long)\r\n", .bareLineFeed),
        (
            "GET / HTTP/1.1\r\nA: 12345678901234567\r\nB: 12345678901234567\r\n: c\r\n\r\n",
            .headTooLong
        ),
        ("GET / HTTP/1.1\r\nHost: x\r\nA: 1\r\nA: \(long)\u{1}\r\n\r\n", .fieldTooLong),
    ])
    func ofARequest(text: String, reason: Refusal.Reason) {
        for pieces in cuts(of: Array(text.utf8)) {
            #expect(feed(pieces, .requests, limits: Self.limits).refusal?.reason == reason)
        }
    }

    @Test(arguments: [
        ("HTTP/2 200 \(long)\r\n", Refusal.Reason.statusLine),
        ("HTTP/1.1 200 \(long)\u{1}\r\n", .fieldTooLong),
        ("http/1.1 200\u{1}\r\n", .statusLine),
        ("HTTP/1.1 20\u{1}\r\n", .controlByte),
        (
            "HTTP/1.1 200 OK\r\nA: 12345678901234567\r\nB: 12345678901234567\r\nC: d\r\n\r\n",
            .headTooLong
        ),
    ])
    func ofAResponse(text: String, reason: Refusal.Reason) {
        for pieces in cuts(of: Array(text.utf8)) {
            let heard = feed(pieces, .responses(toHEAD: false), limits: Self.limits)
            #expect(heard.refusal == Refusal(reason).asBadGateway)
        }
    }

    /// What stands behind the head is no part of it.
    @Test func aBodyThatComesWithItsHeadDoesNotCountAsHead() {
        let head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 70\r\n\r\n"
        let bytes = Array((head + String(repeating: "b", count: 70)).utf8)
        for pieces in cuts(of: bytes) {
            let heard = feed(pieces, .requests, limits: Self.limits)
            #expect(heard.refusal == nil)
            #expect(heard.messages.map(\.isComplete) == [true])
        }
    }
}
