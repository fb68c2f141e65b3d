import SluiceCore
import SluiceJSON
import SluiceWire
import Testing

@testable import SluiceProcessors

/// Bodies that nobody would write: counted without harm, and never at more than the ceiling.
struct PromptMutationTests {
    private static let chat = #"""
        {"model":"gpt-4o","messages":[{"role":"system","content":"Be brief."},{"role":"user","name":"bob","content":[
        {"type":"text","text":"h\u00e9llo \ud83d\ude00"},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo=","detail":"high"}}]},
        {"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]},
        {"role":"tool","tool_call_id":"c","content":"sunny"}],"tools":[{"type":"function","function":{"name":"f","description":"Does it.",
        "parameters":{"type":"object","required":["a"],"properties":{"a":{"type":"array","items":{"enum":["x",5,null]}},"b":{"type":"object","properties":{"c":{"type":"integer"}}}}}}}],
        "tool_choice":{"type":"function","function":{"name":"f"}},"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"a": "b c"}}},"max_tokens":5}
        """#
    private static let responses = #"""
        {"model":"gpt-4","instructions":"x","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"hi there"}]},
        {"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":"ok"},
        {"type":"reasoning","summary":[{"type":"summary_text","text":"hm"}]}],"tools":[{"type":"function","name":"f"}],"prompt":["a",[1,2],3],"max_output_tokens":9}
        """#

    private static let pieces = [
        "\"role\"", "\"type\"", "\"content\"", "[", "]", "{", "}", "null", "5", "\"x\"", ",", ":",
        "\"text\"", "[]", "{}", "\"\\u212a\"", "\"enum\"", "\"properties\"",
    ].map { Array($0.utf8) }

    @Test func mutatedBodiesAreCountedWithinTheirCeiling() async throws {
        let counter = RequestTokenCounter(ModelTable())
        counter.prepare(["gpt-4o"])
        var random = SplitMix(state: 7)
        var parsed = 0
        for round in 0..<6_000 {
            let seed = round.isMultiple(of: 2) ? Self.chat : Self.responses
            guard let document = try? JSONDocument(parsing: mutate(Array(seed.utf8), &random))
            else { continue }
            parsed += 1
            for endpoint in [
                Endpoint.chatCompletions, .responses, .completions, .embeddings,
            ] {
                let request = ProxyRequest(
                    endpoint: endpoint, method: .post, path: "/x", model: "gpt-4o",
                    body: .json(document))
                let tokens = try #require(counter.countAtOnce(request))
                #expect(tokens.count >= 0 && tokens.longest <= tokens.count)
                if let ceiling = counter.ceiling(request) { #expect(tokens.count <= ceiling) }
                var limit = CompletionLimit(document, endpoint, model: "gpt-4o")
                limit.set(3)
                var changed = request
                limit.write(to: &changed)
                #expect(
                    endpoint == .embeddings || !document.root.isObject
                        || text(changed).contains(":3"))
            }
        }
        #expect(parsed > 500)
    }

    /// Some values are replaced, and some bytes.
    private func mutate(_ bytes: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        var bytes = bytes
        for _ in 0...random.next(below: 3) {
            let tokens = Self.tokens(of: bytes)
            guard !tokens.isEmpty else { return bytes }
            let target = tokens[random.next(below: tokens.count)]
            let source = tokens[random.next(below: tokens.count)]
            let isForeign = random.next(below: 3) == 0
            let piece =
                isForeign
                ? Self.pieces[random.next(below: Self.pieces.count)] : Array(bytes[source])
            bytes.replaceSubrange(target, with: piece)
        }
        return bytes
    }

    /// Where strings and numbers stand.
    private static func tokens(of bytes: [UInt8]) -> [Range<Int>] {
        var tokens: [Range<Int>] = []
        var start: Int?
        for (index, byte) in bytes.enumerated() {
            if byte == UInt8(ascii: "\""), index == 0 || bytes[index - 1] != UInt8(ascii: "\\") {
                if let begun = start {
                    tokens.append(begun..<index + 1)
                    start = nil
                } else {
                    start = index
                }
            } else if start == nil, (0x30...0x39).contains(byte) {
                tokens.append(index..<index + 1)
            }
        }
        return tokens
    }
}

/// The same numbers in every run.
private struct SplitMix {
    var state: UInt64

    mutating func next(below limit: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((z ^ (z >> 31)) % UInt64(limit))
    }
}
