import SluiceWire
import Testing

@testable import SluiceCore

struct RequestValueTests {
    @Test func aChangedCopyLeavesTheOriginalAsItWas() {
        let request = ProxyRequest(
            endpoint: .chatCompletions, method: .post, path: "/chat/completions", model: "a",
            body: .bytes([1]))
        var copy = request
        copy.headers[.accept] = "x"
        copy.path = "/other"
        copy.body = .none
        #expect(request.headers.isEmpty)
        #expect(request.path == "/chat/completions")
        #expect(request.body.count == 1)
        #expect(copy.headers[.accept] == "x")
        let again = copy
        copy.headers[.accept] = nil
        #expect(again.headers.count == 1 && copy.headers.isEmpty)
    }

    @Test func anUpstreamRequestIsAValueToo() throws {
        let url = try UpstreamURL("https://a.example/v1")
        let request = UpstreamRequest(
            method: .post, url: url, target: "/x", headers: HeaderFields(), body: .none)
        var copy = request
        copy.forwarded.append("a", "b")
        copy.url = try UpstreamURL("https://b.example")
        #expect(request.forwarded.isEmpty && !copy.forwarded.isEmpty)
        #expect(request.url == url && copy.url != url)
    }
}

struct UpstreamURLTests {
    @Test(
        arguments: [
            ("http://a", "a", 80, "", nil, "a"),
            ("https://a", "a", 443, "", nil, "a"),
            ("HTTPS://API.Example.com/v1", "api.example.com", 443, "/v1", nil, "api.example.com"),
            ("http://a:8080/", "a", 8080, "", nil, "a:8080"),
            ("https://a:80/v1//", "a", 80, "/v1", nil, "a:80"),
            ("http://a?b=c", "a", 80, "", "b=c", "a"),
            ("http://a/x/y?b=c&d=?", "a", 80, "/x/y", "b=c&d=?", "a"),
            ("http://[::1]:9/v1", "::1", 9, "/v1", nil, "[::1]:9"),
            ("http://[fe80::1]", "fe80::1", 80, "", nil, "[fe80::1]"),
            ("http://10.0.0.1:65535", "10.0.0.1", 65535, "", nil, "10.0.0.1:65535"),
        ] as [(String, String, Int, String, String?, String)])
    func aURLIsTakenApart(
        text: String, host: String, port: Int, path: String, query: String?, authority: String
    ) throws {
        let url = try UpstreamURL(text)
        #expect(url.host == host)
        #expect(url.port == port)
        #expect(url.path == path)
        #expect(url.query == query)
        #expect(url.authority == authority)
    }

    @Test(arguments: [
        "", "a", "//a", "ftp://a", "file:///etc/passwd", "http:/a", "http://", "http:///v1",
        "http://?q", "http://:80", "http://a:", "http://a:0", "http://a:65536", "http://a:x",
        "http://a:+80", "http://a:-1", "http://u@a", "http://u:p@a/", "http://a#f", "http://a b",
        "http://a\r\nx: y", "http://a\u{0}", "http://ü", "http://::1", "http://[::1", "http://::1]",
        "http://[]", "http://a]:1", "http://[::1]x:80", "http://a\\b", "http://a%2f", "http://a\"",
        "http://a,b",
    ])
    func whatIsNoUpstreamIsRefused(text: String) {
        #expect(throws: InvalidURL.self) { try UpstreamURL(text) }
    }

    @Test(
        arguments: [
            ("http://a", "/x", nil, "/x"), ("http://a", "", nil, "/"),
            ("http://a/v1", "/x", "q=1", "/v1/x?q=1"), ("http://a/v1?k=2", "/x", nil, "/v1/x?k=2"),
            ("http://a/v1?k=2", "/x", "q=1", "/v1/x?k=2&q=1"), ("http://a?", "/x", "", "/x"),
        ] as [(String, String, String?, String)])
    func targetsJoinPathsAndQueries(base: String, below: String, query: String?, target: String)
        throws
    {
        #expect(try UpstreamURL(base).target(below, query: query) == target)
    }
}

struct RedactionTests {
    @Test(
        arguments: [
            ("abcd", "abcd", "[redacted]"), ("abcd", "xabcdabcdy", "x[redacted][redacted]y"),
            ("abcd", "abc abd", "abc abd"), ("abcd", "", ""), ("abc", "abc", "abc"),
            (nil, "abcd", "abcd"), ("aaaa", "aaaaaaa", "[redacted]aaa"),
        ] as [(String?, String, String)])
    func aSecretIsTakenOut(secret: String?, text: String, expected: String) {
        let bytes = Redaction.redact(secret, in: Array(text.utf8))
        #expect(String(decoding: bytes, as: UTF8.self) == expected)
    }

    @Test func aCredentialPrintsNothing() {
        let credential = Credential("sk-secret")
        var dumped = ""
        dump(credential, to: &dumped)
        for text in ["\(credential)", String(reflecting: credential), dumped] {
            #expect(!text.contains("secret"))
        }
    }
}

struct RequestIDTests {
    @Test func idsAreWellFormedAndUnique() {
        var seen = Set<String>()
        for _ in 0..<10 {
            var ids = RequestID()
            for _ in 0..<10_000 { seen.insert(ids.next()) }
        }
        #expect(seen.count == 100_000)
        for id in seen.prefix(1000) {
            #expect(id.utf8.count == 15)
            #expect(id.hasPrefix("req_"))
            #expect(id.dropFirst(4).allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) })
        }
    }
}
