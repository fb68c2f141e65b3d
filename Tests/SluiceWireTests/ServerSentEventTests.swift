import SluiceWire
import Testing

struct ServerSentEventTests {
    static func event(
        _ data: String, type: String? = nil, id: String? = nil, retry: Int? = nil
    ) -> ServerSentEvent {
        ServerSentEvent(data: Array(data.utf8), type: type, id: id, retry: retry)
    }

    static let table: [(String, ServerSentEvent?)] = [
        ("data: a\n\n", event("a")), ("data:a\n\n", event("a")), ("data:  a\n\n", event(" a")),
        ("data: a\r\n\r\n", event("a")), ("data: a\r\r", event("a")), ("data: a\n\r\n", event("a")),
        ("data\n\n", event("")), ("data:\n\n", event("")), ("data: \n\n", event("")),
        ("data: a\ndata:\ndata: b\n\n", event("a\n\nb")), ("data:a\rdata:b\r\r", event("a\nb")),
        ("event: x\ndata: a\n\n", event("a", type: "x")),
        ("event: x\nevent:\ndata: a\n\n", event("a")),
        ("id: 7\nretry: 30\ndata: a\n\n", event("a", id: "7", retry: 30)),
        ("id\ndata: a\n\n", event("a", id: "")),
        ("id: 7\nid: 8\0\ndata: a\n\n", event("a", id: "7")),
        ("retry: 3x\nretry:\nretry: -1\ndata: a\n\n", event("a")),
        (": ping\n\n", nil), ("\n", nil), ("", nil), ("event: x\nid: 1\n\n", nil),
        (": c\ndata: a\n: c\n\n", event("a")), ("\n\r\n\rdata: a\n\n", event("a")),
        ("event: x\n\ndata: a\n\n", event("a")), ("data: a\n\ndata: b\n\n", event("a")),
        ("Data: a\nDATA: b\ndata : c\n data: d\ndatas: e\nunknown\n\n", nil),
        ("data: a: b\n\n", event("a: b")), ("data: \u{E9}\u{1F600}\n\n", event("\u{E9}\u{1F600}")),
        ("\u{FEFF}data: a\n\n", nil),
    ]

    @Test(arguments: table)
    func anEventIsReadByTheRules(raw: String, event: ServerSentEvent?) {
        #expect(ServerSentEvent(parsing: Array(raw.utf8).span) == event)
    }

    @Test func aByteOrderMarkIsSkippedAtTheStartOfTheStreamOnly() {
        let marked = Array("\u{FEFF}data: a\n\n".utf8)
        #expect(ServerSentEvent(parsing: marked.span, isAtStreamStart: true) == Self.event("a"))
        let twice = Array("\u{FEFF}\u{FEFF}data: a\n\n".utf8)
        #expect(ServerSentEvent(parsing: twice.span, isAtStreamStart: true) == nil)
    }

    @Test func bytesThatAreNotTextStayInTheData() {
        let raw = Array("data: ".utf8) + [0xFF, 0xC3, 0x00] + Array("\n\n".utf8)
        #expect(ServerSentEvent(parsing: raw.span)?.data == [0xFF, 0xC3, 0x00])
    }

    @Test(arguments: [
        ("data: abc\n\n", "abc"), ("data:abc\r\n\r\n", "abc"), ("event: x\ndata: abc\n\n", "abc"),
        ("\ndata: abc\r\r", "abc"), (": c\ndata:\n\n", ""), ("data: a\ndata: b\n\n", nil),
        (": ping\n\n", nil), ("event: x\n\n", nil), ("data: a\n\ndata: b\n\n", "a"),
    ])
    func oneDataLineIsFoundInPlace(raw: String, data: String?) {
        let bytes = Array("xx".utf8) + Array(raw.utf8) + Array("data: y".utf8)
        let range = ServerSentEvent.dataRange(in: bytes.span, from: 2, to: raw.utf8.count + 2)
        #expect(range.map { String(decoding: bytes[$0], as: UTF8.self) } == data)
    }

    @Test(arguments: [
        (event("a"), "data: a\n\n"), (event(""), "data: \n\n"),
        (event("a\nb\r\nc\rd"), "data: a\ndata: b\ndata: c\ndata: d\n\n"),
        (event("a\n"), "data: a\ndata: \n\n"),
        (event("a", type: "t", id: "1", retry: 20), "event: t\nid: 1\nretry: 20\ndata: a\n\n"),
        (event("a", type: "t\n\ndata: x", id: "1\r2"), "event: t  data: x\nid: 1 2\ndata: a\n\n"),
    ])
    func whatIsWrittenCannotBreakOutOfItsEvent(event: ServerSentEvent, text: String) {
        var out: [UInt8] = []
        event.write(into: &out)
        #expect(String(decoding: out, as: UTF8.self) == text)
        var scanner = EventScanner(limit: 1000)
        #expect(scanner.nextBoundary(in: out.span, from: 0) == out.count)
    }
}
