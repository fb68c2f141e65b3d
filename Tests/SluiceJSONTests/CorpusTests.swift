import Foundation
import SluiceJSON
import Testing

private let folder = "corpora/json/test_parsing"
private let strings = "corpora/strings/blns.json"

private func files(_ prefix: String) -> [String] {
    SharedFolder.files(in: folder).filter { $0.hasPrefix(folder + "/" + prefix) }
}

@Suite("JSONTestSuite", .enabled(if: SharedFolder.has(folder), "SLUICE_SHARED has no JSON corpora"))
struct CorpusTests {
    @Test(arguments: files("y_"))
    func whatMustBeAcceptedIsAcceptedAndKept(_ file: String) throws {
        let bytes = try SharedFolder.bytes(of: file)
        let document = try JSONDocument(parsing: bytes)
        #expect(document.bytes == bytes)
    }

    @Test(arguments: files("n_"))
    func whatMustBeRefusedIsRefused(_ file: String) throws {
        let bytes = try SharedFolder.bytes(of: file)
        let error = #expect(throws: JSONError.self) { try JSONDocument(parsing: bytes) }
        #expect((0...bytes.count).contains(error?.offset ?? -1))
    }

    @Test(arguments: files("i_"))
    func whatIsFreeIsRefusedOrKept(_ file: String) throws {
        let bytes = try SharedFolder.bytes(of: file)
        guard let document = try? JSONDocument(parsing: bytes) else { return }
        #expect(document.bytes == bytes)
        #expect(outline(document.root).isEmpty == false)
    }

    @Test(arguments: files("y_"))
    func anEditElsewhereKeepsAForeignMemberByteForByte(_ file: String) throws {
        let foreign = try SharedFolder.bytes(of: file)
        let head = Array(#"{ "model" : "a" , "x": "#.utf8)
        let tail = Array(#" ,"stream":true}"#.utf8)
        var document = try JSONDocument(parsing: head + foreign + tail)
        document.set("model", to: "a much longer name")
        document.set("stream", to: false)
        document.set("user", to: 1)
        let expected =
            Array(#"{ "model" : "a much longer name" , "x": "#.utf8) + foreign
            + Array(#" ,"stream":false,"user":1}"#.utf8)
        #expect(document.bytes == expected)
        #expect(outline(document.root) == outline(try JSONDocument(parsing: expected).root))
    }

    @Test(arguments: files("y_"))
    func scalarsReadAsFoundationReadsThem(_ file: String) throws {
        let bytes = try SharedFolder.bytes(of: file)
        guard
            let theirs = try? JSONSerialization.jsonObject(
                with: Data(bytes), options: [.fragmentsAllowed])
        else { return }
        compare(try JSONDocument(parsing: bytes).root, theirs)
    }

    private func compare(_ ours: JSONValue, _ theirs: Any) {
        switch ours.kind {
        case .object:
            let object = theirs as? [String: Any]
            for (key, _) in ours.members {
                guard let value = ours[key], let other = object?[key] else { continue }
                compare(value, other)
            }
        case .array:
            for (element, other) in zip(ours.elements, theirs as? [Any] ?? []) {
                compare(element, other)
            }
        case .string: #expect(ours.string == theirs as? String)
        case .number:
            // Foundation rounds long decimals less exactly, in the last place.
            let number = (theirs as? NSNumber)?.doubleValue ?? .nan
            let distance = abs((ours.double ?? .nan) - number)
            #expect(distance <= abs(number) * 1e-15)
        case .bool: #expect(ours.bool == theirs as? Bool)
        case .null: #expect(theirs is NSNull)
        }
    }
}

@Suite(
    "Naughty strings", .enabled(if: SharedFolder.has(strings), "SLUICE_SHARED has no JSON corpora"))
struct NaughtyStringTests {
    @Test func everyStringSurvivesWriterAndReader() throws {
        let bytes = try SharedFolder.bytes(of: strings)
        let texts = try JSONDocument(parsing: bytes).root.elements.compactMap(\.string)
        #expect(try foundation(bytes) == texts.map(withoutMark))

        let written = JSONDocument { writer in
            writer.array { for text in texts { $0.string(text) } }
        }
        #expect(written.root.elements.compactMap(\.string) == texts)
        #expect(try foundation(written.bytes) == texts.map(withoutMark))
    }

    private func foundation(_ bytes: [UInt8]) throws -> [String] {
        try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [String])
    }

    /// Foundation drops a byte order mark at the beginning of any string.
    private func withoutMark(_ text: String) -> String {
        text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    }

    @Test func everyStringWorksAsAMemberName() throws {
        let document = try JSONDocument(parsing: SharedFolder.bytes(of: strings))
        var object = try JSONDocument(parsing: Array("{}".utf8))
        for (number, name) in document.root.elements.compactMap(\.string).enumerated() {
            object.set([name], to: .int(number))
            #expect(object.root[name]?.int == number)
        }
        _ = try JSONDocument(parsing: object.bytes)
    }
}
