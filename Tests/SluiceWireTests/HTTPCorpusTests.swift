import Foundation
import SluiceWire
import Testing

/// A case of the llhttp and gunicorn corpora.
private struct Case: Decodable {
    var id: String?
    var type: String?
    var inputBase64: Data
    var expect: String
    var proxyExpect: String?
    var headComplete: Bool?
    var house: [String]?
    var messages: [ExpectedMessage]?
    var requests: [ExpectedMessage]?

    var input: [UInt8] { Array(inputBase64) }
    /// The messages whose heads are whole.
    var expected: [ExpectedMessage] {
        (messages ?? requests ?? []).filter { $0.headersComplete != false }
    }

    func has(_ house: String) -> Bool { self.house?.contains(house) == true }
}

@Suite(.enabled(if: Corpus.isPresent, "SLUICE_SHARED has no HTTP corpora"))
struct HTTPCorpusTests {
    private static func llhttp(_ type: String) throws -> [Case] {
        let decoder = Corpus.decoder
        return try Corpus.data("http1/llhttp/cases.jsonl").split(separator: 0x0A)
            .map { try decoder.decode(Case.self, from: $0) }
            .filter { $0.type == type }
    }

    private static func gunicorn() throws -> [Case] {
        let decoded = try Corpus.decoder.decode(
            [String: Case].self, from: Corpus.data("http1/gunicorn/expected.json"))
        return decoded.map { name, one in
            var named = one
            named.id = name
            return named
        }
    }

    /// Most cases lack the Host field that HTTP/1.1 needs and would be refused for that alone. So each
    /// is also judged with one put in after each request line, by what its parser verdict says.
    private static func withHost(_ one: Case) -> [UInt8] {
        var input = Data(one.input)
        guard input.range(of: Data("\nhost:".utf8)) == nil,
            String(decoding: input, as: UTF8.self).lowercased().contains("\nhost:") == false
        else { return one.input }
        guard one.expect == "accept" else {
            if let end = input.range(of: Data("\r\n".utf8)) {
                input.insert(contentsOf: Data("Host: added.example\r\n".utf8), at: end.upperBound)
            }
            return Array(input)
        }
        var seen: Set<Data> = []
        for message in one.expected where seen.insert(Self.requestLine(message)).inserted {
            let line = Self.requestLine(message)
            let authority = Self.authority(message) ?? "added.example"
            let host = Data("Host: \(authority)\r\n".utf8)
            var from = input.startIndex
            while let found = input.range(of: line, in: from..<input.endIndex) {
                input.insert(contentsOf: host, at: found.upperBound)
                from = found.upperBound
            }
        }
        return Array(input)
    }

    private static func authority(_ message: ExpectedMessage) -> String? {
        let target = String(decoding: message.target?.bytes ?? [], as: UTF8.self)
        guard let scheme = target.range(of: "://"), !target.hasPrefix("/") else { return nil }
        let rest = target[scheme.upperBound...]
        return String(rest.prefix { $0 != "/" && $0 != "?" })
    }

    private static func requestLine(_ message: ExpectedMessage) -> Data {
        var line = Data("\(message.method ?? "") ".utf8)
        line.append(contentsOf: message.target?.bytes ?? [])
        line.append(contentsOf: Data(" HTTP/\(message.version ?? "")\r\n".utf8))
        return line
    }

    private func expectAccepted(_ one: Case, _ heard: Heard, isRequest: Bool) {
        let name = one.id ?? ""
        #expect(heard.refusal == nil, "\(name)")
        // Nothing is read behind a message that closes the connection.
        let count = heard.messages.firstIndex { !$0.keepAlive }.map { $0 + 1 }
        let expected = one.expected.prefix(count ?? one.expected.count)
        #expect(heard.messages.count == expected.count, "\(name)")
        for (message, wanted) in zip(heard.messages, expected) {
            if isRequest {
                let target = String(decoding: wanted.target?.bytes ?? [], as: UTF8.self)
                let first = "\(wanted.method ?? "") \(Self.reduced(target)) \(wanted.version ?? "")"
                #expect(message.first == first, "\(name)")
            }
            let fields = (wanted.headers ?? []).filter {
                !(isRequest && $0.name.contains("_")) && $0.name != "host"
            }
            var wantedFields = fields.map {
                let value = String(decoding: $0.value.bytes, as: UTF8.self)
                return "\($0.name): \(value.trimmingCharacters(in: .whitespaces))"
            }
            let heardFields = message.fields.filter { !$0.hasPrefix("host: ") }
            // llhttp reports trailers among the headers; they are dropped here.
            if message.framing == .chunked { wantedFields.removeLast(Self.trailers(one)) }
            #expect(heardFields == wantedFields, "\(name)")
            // llhttp's log leaves line ends out of the body.
            let body = (wanted.body?.bytes ?? []).filter { $0 != 0x0A && $0 != 0x0D }
            #expect(message.body.filter { $0 != 0x0A && $0 != 0x0D } == body, "\(name)")
        }
    }

    private static func trailers(_ one: Case) -> Int {
        one.id == "request/transfer-encoding:189" ? 2 : 0
    }

    private static func reduced(_ target: String) -> String {
        guard let scheme = target.range(of: "://"), !target.hasPrefix("/") else { return target }
        let rest = target[scheme.upperBound...]
        let part = rest.drop { $0 != "/" && $0 != "?" }
        return part.hasPrefix("/") ? String(part) : "/" + part
    }

    /// A method that is well spelled but not served is refused by the server, not by its parser.
    private static func isServed(_ heard: Heard) -> Bool {
        let served = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "100", "200"]
        return heard.messages.allSatisfy { message in
            served.contains { message.first.hasPrefix("\($0) ") }
        }
    }

    private func judge(_ one: Case, _ input: [UInt8], _ verdict: String, _ side: Side) {
        for pieces in cuts(of: input) {
            let heard = feed(pieces, side)
            switch verdict {
            case "accept" where one.has("p:method-not-served") && heard.refusal != nil:
                #expect([.connectMethod, .target, .hostMissing].contains(heard.refusal?.reason))
            case "accept":
                if case .requests = side {
                    expectAccepted(one, heard, isRequest: true)
                } else {
                    expectAccepted(one, heard, isRequest: false)
                }
            case "reject" where one.headComplete != false:
                #expect(heard.refusal != nil || !Self.isServed(heard), "\(one.id ?? "")")
            case "incomplete", "reject":
                #expect(!heard.messages.contains { $0.isComplete }, "\(one.id ?? "")")
            case "by-limit":
                let status = heard.refusal?.status
                #expect(status == nil || status == 414 || status == 431, "\(one.id ?? "")")
            default: break
            }
        }
    }

    @Test func llhttpRequestsAreJudgedAsAProxyMust() throws {
        let cases = try Self.llhttp("request")
        #expect(cases.count > 100)
        for one in cases {
            if one.expect != "by-limit" {
                judge(one, one.input, one.proxyExpect ?? one.expect, .requests)
            }
            judge(one, Self.withHost(one), one.expect, .requests)
        }
    }

    @Test func gunicornRequestsAreJudgedAsAProxyMust() throws {
        let cases = try Self.gunicorn()
        #expect(cases.count > 100)
        for one in cases {
            if one.expect != "by-limit" {
                judge(one, one.input, one.proxyExpect ?? one.expect, .requests)
            }
            judge(one, Self.withHost(one), one.expect, .requests)
        }
    }

    @Test func llhttpResponsesAreJudgedAsAProxyMust() throws {
        let cases = try Self.llhttp("response")
        #expect(cases.count > 50)
        for one in cases {
            // HTTP/0.9 is accepted by llhttp; nobody speaks it to us.
            let isOld = one.input.starts(with: Array("HTTP/0.9".utf8))
            judge(one, one.input, isOld ? "reject" : one.expect, .responses(toHEAD: false))
        }
    }

    @Test(arguments: ["lenient-only", "parser-feature", "at-eof", "not-applicable", "either"])
    func inputWithoutAVerdictGivesTheSameHoweverItIsCut(verdict: String) throws {
        let cases = try Self.llhttp("request") + Self.gunicorn()
        for one in cases where one.expect == verdict {
            let whole = feed([one.input], .requests)
            for pieces in cuts(of: one.input) {
                let heard = feed(pieces, .requests)
                #expect(heard == whole, "\(one.id ?? "")")
            }
        }
    }

    private struct Spellings: Decodable {
        var spellings: [Spelling]
        var probes: [Probe]

        struct Spelling: Decodable {
            var id: String
            var contentLengthKey: String
            var teFieldBase64: Data
            var alone: String
            var withContentLength: String
        }

        struct Probe: Decodable {
            var contentLength: Int
            var bodyBase64: Data
        }
    }

    @Test func everySpellingOfTransferEncodingIsUnderstoodOrRefused() throws {
        let table = try Corpus.decoder.decode(
            Spellings.self, from: Corpus.data("http1/smuggling-headers.json"))
        #expect(table.spellings.count > 30)
        for spelling in table.spellings {
            for probe in table.probes {
                let field = Data("\r\n".utf8) + spelling.teFieldBase64 + Data("\r\n".utf8)
                let head = Data("POST / HTTP/1.1\r\nHost: x".utf8)
                let length = Data(
                    "\(spelling.contentLengthKey) \(probe.contentLength)\r\n".utf8)
                let alone = head + field + Data("\r\n".utf8) + probe.bodyBase64
                let both = head + field + length + Data("\r\n".utf8) + probe.bodyBase64
                check(spelling.id, Array(alone), spelling.alone)
                check(spelling.id, Array(both), spelling.withContentLength)
            }
        }
    }

    private func check(_ id: String, _ input: [UInt8], _ verdict: String) {
        for pieces in cuts(of: input) {
            let heard = feed(pieces, .requests)
            switch verdict {
            case "accept": #expect(heard.messages.first?.framing == .chunked, "\(id)")
            case "reject": #expect(heard.refusal != nil && heard.messages.isEmpty, "\(id)")
            default: #expect(heard.messages.first?.framing != .chunked, "\(id)")
            }
        }
    }
}
