import Foundation
import SluiceJSON
import SluiceTestSupport
import Testing

/// The same numbers on every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

private let seeds = [
    #"{"model":"gpt-4.1","messages":[{"role":"user","content":"Hi \"you\"\n"}],"n":1,"x":-5.0e+3}"#,
    #"[1, 20, -3.5, 1e9, true, false, null, "", "\u0041\\", {}, [], [[]], {"a":{"b":[]}}]"#,
    "{\r\n\t\"key\" : [ \"a long string that spans more than sixty-four bytes of text, yes\" ]\n}",
    #""\\\\\\\"""#, "0", "-1", "true", #"{"a":"b","a":"c"}"#,
]

private let alphabet = Array("{}[]:,\"\\ \n\ttrufalsen0123456789-+.eEu/bx\u{1}\u{c}\u{1a}".utf8)

private func mutate(_ text: inout [UInt8], using generator: inout SeededGenerator) {
    for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let position = Int.random(in: 0...text.count, using: &generator)
        let byte = alphabet.randomElement(using: &generator) ?? 0x20
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: text.insert(byte, at: position)
        case 1 where position < text.count: text[position] = byte
        case 2 where position < text.count: text.remove(at: position)
        default:
            let other = Int.random(in: 0...text.count, using: &generator)
            let piece = text[min(position, other)..<min(max(position, other), text.count)].prefix(
                12)
            text.insert(contentsOf: piece, at: Int.random(in: 0...text.count, using: &generator))
        }
    }
}

@Suite("Mutated texts")
struct MutationTests {
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func theVerdictIsThatOfAPlainReader(_ seed: UInt64) {
        var generator = SeededGenerator(state: seed)
        var accepted = 0
        for _ in 0..<15_000 {
            var text = Array((seeds.randomElement(using: &generator) ?? "").utf8)
            mutate(&text, using: &generator)
            let document = try? JSONDocument(parsing: text)
            let expected = PlainJSON(text, maximumDepth: 128).values != nil
            #expect((document != nil) == expected, "\(String(decoding: text, as: UTF8.self))")
            if document != nil { accepted += 1 }
        }
        #expect((500..<14_500).contains(accepted))
    }

    @Test(arguments: [5, 6] as [UInt64])
    func theVerdictIsThatOfFoundation(_ seed: UInt64) {
        var generator = SeededGenerator(state: seed)
        for _ in 0..<5_000 {
            var text = Array((seeds.randomElement(using: &generator) ?? "").utf8)
            mutate(&text, using: &generator)
            // Foundation refuses lone surrogates and numbers beyond a double, which we pass on.
            guard !text.contains(0x75), !text.contains(0x65), !text.contains(0x45) else { continue }
            // It takes a comma before a closing brace.
            let dense = text.filter { !" \n\r\t".utf8.contains($0) }
            guard !String(decoding: dense, as: UTF8.self).contains(",}") else { continue }
            let ours = (try? JSONDocument(parsing: text)) != nil
            let theirs = try? JSONSerialization.jsonObject(
                with: Data(text), options: [.fragmentsAllowed])
            #expect(ours == (theirs != nil), "\(String(decoding: text, as: UTF8.self))")
        }
    }

    @Test(arguments: [7, 8, 9] as [UInt64])
    func aThousandEditsKeepTextAndIndexTogether(_ seed: UInt64) throws {
        var generator = SeededGenerator(state: seed)
        var document = try document(#" { "a" : { } , "b" : [ 1 , { "c" : [ ] } ] , "d" : "x" } "#)
        let names = ["a", "b", "c", "0", "1", "2", "é\""]
        let literals: [JSONLiteral] = [
            1, "text \n", nil, [], [:], [1, ["a": 2]], ["a": [], "b": ["c": [nil]]], -0.5,
        ]
        for _ in 0..<1_000 {
            let length = Int.random(in: 1...3, using: &generator)
            let path = (0..<length).map { _ in names.randomElement(using: &generator) ?? "" }
            let literal = literals.randomElement(using: &generator) ?? nil
            switch Int.random(in: 0..<5, using: &generator) {
            case 0, 1: document.set(path, to: literal)
            case 2: document.append(literal, to: path)
            case 3: document.removeElements(0..<2, from: path)
            default: document.remove(path)
            }
            let fresh = try JSONDocument(parsing: document.bytes)
            guard outline(document.root) == outline(fresh.root) else {
                Issue.record("\(String(decoding: document.bytes, as: UTF8.self)) after \(path)")
                return
            }
        }
    }
}
