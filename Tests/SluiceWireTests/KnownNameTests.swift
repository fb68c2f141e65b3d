import SluiceWire
import Testing

/// Some names are kept as numbers. Nobody must be able to tell which.
struct KnownNameTests {
    static let names = [
        "te", "date", "host", "allow", "accept", "cookie", "expect", "server", "cf-ray", "trailer",
        "upgrade", "location", "api-key", "x-api-key", "connection", "keep-alive", "set-cookie",
        "tracestate", "request-id", "retry-after", "openai-beta", "user-agent", "traceparent",
        "x-ms-region", "content-type", "x-request-id", "authorization", "cache-control",
        "content-length", "retry-after-ms", "openai-project", "x-should-retry", "accept-encoding",
        "apim-request-id", "x-ms-request-id", "content-encoding", "proxy-connection",
        "www-authenticate", "transfer-encoding", "proxy-authenticate", "proxy-authorization",
        "content-disposition", "openai-organization", "x-ms-retry-after-ms", "x-unknown",
    ]

    /// The name with another letter at each place, with one letter less and with one more.
    static func neighbours(of name: String) -> [String] {
        let bytes = Array(name.utf8)
        let changed = bytes.indices.map { place in
            var other = bytes
            other[place] = bytes[place] == 0x71 ? 0x7A : 0x71
            return String(decoding: other, as: UTF8.self)
        }
        return changed + [String(name.dropLast()), name + "s", "x" + name]
    }

    @Test(arguments: names)
    func aNameIsFoundUnderItselfAndUnderNoNeighbour(name: String) {
        let head = "HTTP/1.1 204 No Content\r\n\(name.uppercased()): 5\r\n\r\n"
        let fields = HeaderFieldsTests.parsed(name == "transfer-encoding" ? nil : head)
        for other in [fields, HeaderFieldsTests.fields((name, "5"))].compactMap({ $0 }) {
            #expect(other[HeaderName(name)] == "5")
            #expect(other.contains(HeaderName(name.uppercased())))
            #expect(other.pairs.map(\.name) == [name])
            for neighbour in Self.neighbours(of: name) {
                #expect(!other.contains(HeaderName(neighbour)), "\(neighbour)")
                #expect(HeaderName(neighbour) != HeaderName(name))
            }
        }
        #expect(HeaderName(name) == HeaderName(name.uppercased()))
        #expect(HeaderName(name).description == name)
    }

    @Test(arguments: names)
    func aPolicyTellsANameFromItsNeighbours(name: String) {
        let policy = HeaderPolicy(exact: [name])
        for neighbour in Self.neighbours(of: name) {
            #expect(!policy.allows(HeaderName(neighbour)), "\(neighbour)")
            let others = HeaderFieldsTests.fields((neighbour, "v"))
            #expect(others.filtered(by: policy).isEmpty)
        }
    }

    @Test func aShortNameIsKnownAtTheEndOfWhatArrived() {
        let head = "GET / HTTP/1.1\r\nHost:x\r\nTE:\r\nHost:x\r\n\r\n"
        #expect(feed(Array(head.utf8).map { [$0] }, .requests).refusal == Refusal(.hostTwice))
    }
}
