import SluiceWire
import Testing

/// Names and numbers are looked at by words: every byte must be judged alike wherever it stands in one.
struct NameWordTests {
    private static let marks = Set("!#$%&'*+-.^_`|~".utf8)

    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: marks.contains(byte)
        }
    }

    @Test(arguments: [1, 7, 8, 9, 16, 19])
    func aByteOfANameIsJudgedAlikeAtEveryPlace(length: Int) {
        for place in 0..<length {
            for byte in UInt8(0x21)...0xFF where byte != 0x3A && byte != 0x7F {
                var name = [UInt8](repeating: 0x5A, count: length)
                name[place] = byte
                let head = Array("HTTP/1.1 200 OK\r\n".utf8) + name + Array(": ABC\r\n\r\n".utf8)
                var parser = ResponseHeadParser()
                let progress = parser.parse(head.span, toHEAD: false)
                guard case .complete(let answer, _) = progress else {
                    #expect(!Self.isToken(byte), "\(byte) at \(place)")
                    continue
                }
                let expected = String(decoding: name, as: UTF8.self).lowercased()
                #expect(Self.isToken(byte), "\(byte) at \(place)")
                #expect(answer.headers.pairs.map(\.name) == [expected])
                #expect(answer.headers[HeaderName(expected)] == "ABC")
            }
        }
    }

    @Test(arguments: [
        0, 99_999_999, 100_000_000, 100_000_001, 9_999_999_999_999_999, 10_000_000_000_000_000,
        Int.max, Int.min,
    ])
    func aNumberKeepsItsZeros(number: Int) {
        #expect(
            HeaderFieldsTests.written { MessageWriter.number(number, into: &$0) } == "\(number)")
    }

    @Test func theSamePathIsReadAgainOnAConnection() {
        var parser = RequestHeadParser()
        for target in ["/v1/models", "/v1/models", "/v1/modelx?a", "/v1/models?b", "/"] {
            let head = Array("GET \(target) HTTP/1.1\r\nhost: x\r\n\r\n".utf8)
            guard case .complete(let request, _) = parser.parse(head.span) else {
                Issue.record("\(target) was not read")
                continue
            }
            #expect(request.target == target)
            #expect(request.path == target.split(separator: "?")[0])
        }
    }
}
