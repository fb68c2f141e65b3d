import SluiceCore
import SluiceProviders
import SluiceWire
import Testing

@testable import SluiceProviders

/// The text of streams and documents, for a count where no usage is told.
struct EventTextTests {
    private func text(_ form: EventText.Form, _ events: [String]) -> String {
        var collector = EventText(form)
        for event in events {
            let bytes = Array((event + "\n\n").utf8)
            collector.collect(bytes.span)
        }
        return String(decoding: collector.produced.kept().text, as: UTF8.self)
    }

    private func chat(_ delta: String) -> String {
        #"data: {"id":"c","choices":[{"index":0,"delta":\#(delta),"finish_reason":null}]}"#
    }

    @Test func contentIsJoined() {
        let events = [
            chat(#"{"role":"assistant","content":""}"#), chat(#"{"content":"Hel"}"#),
            chat(#"{"content":"lo "}"#), chat(#"{"content":"world"}"#), chat("{}"), "data: [DONE]",
        ]
        #expect(text(.chat, events) == "Hello world")
    }

    @Test func escapesAreUndone() {
        let events = [chat(#"{"content":"a\"b\\"}"#), chat(#"{"content":"\n\u00e9\ud83d\ude00"}"#)]
        #expect(text(.chat, events) == "a\"b\\\né😀")
    }

    @Test func spacesAfterColonsMakeNoDifference() {
        let events = (0..<3).map {
            #"data: {"choices": [{"index": 0, "delta": {"content": "x\#($0)"}}]}"#
        }
        #expect(text(.chat, events) == "x0x1x2")
    }

    @Test func toolCallsAndReasoningAndCompletionsHaveText() {
        let events = [
            chat(#"{"reasoning_content":"think "}"#), chat(#"{"content":null,"refusal":"no "}"#),
            chat(
                #"{"content":null,"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":1}"}}]}"#
            ),
            #"data: {"choices":[{"text":" end","index":0}]}"#,
        ]
        #expect(text(.chat, events) == "think no {\"a\":1} end")
    }

    @Test(arguments: [
        (#"{"content":"","reasoning_content":"think"}"#, "think"),
        (#"{"content":"a","reasoning":"b","refusal":"c"}"#, "abc"),
        // The same thoughts, as OpenRouter and vLLM tell them.
        (
            #"{"role":"assistant","content":"","reasoning":"t","reasoning_details":[{"type":"reasoning.text","text":"t"}]}"#,
            "t"
        ),
        (#"{"reasoning":"t\"","reasoning_content":"t\""}"#, "t\""),
        (#"{"tool_calls":[{"index":0,"function":{"name":"find","arguments":""}}]}"#, "find"),
        (
            #"{"tool_calls":[{"index":0,"function":{"name":"f","arguments":"{}"}},{"index":1,"function":{"name":"g","arguments":"[]"}}]}"#,
            "{}[]fg"
        ),
        (#"{"tool_calls":[{"index":0,"custom":{"name":"f","input":"x"}}]}"#, "fx"),
        (#"{"function_call":{"arguments":"{}"}}"#, "{}"),
        (#"{"audio":{"id":"a","transcript":"said"}}"#, "said"),
        (#"{"content":[{"type":"text","text":"part"}]}"#, "part"),
    ])
    func allThatAnEventBringsIsText(_ delta: String, _ expected: String) {
        #expect(text(.chat, [chat(delta)]) == expected)
        let others = [chat(#"{"content":"x"}"#), chat(delta), chat(#"{"content":"y"}"#)]
        #expect(text(.chat, others) == "x\(expected)y")
    }

    @Test func anEmptyTextHidesNothing() {
        let events = (0..<3).map { chat(#"{"content":"","reasoning_content":"r\#($0)"}"#) }
        let answer = (0..<3).map { chat(#"{"content":"c\#($0)","reasoning_content":""}"#) }
        #expect(text(.chat, events + answer) == "r0r1r2c0c1c2")
    }

    @Test func severalChoicesInOneEventHaveText() {
        let event =
            #"data: {"choices":[{"index":0,"delta":{"content":"a"}},{"index":1,"delta":{"content":"a"}}]}"#
        #expect(text(.chat, [event, event]) == "aaaa")
    }

    @Test func callsOfTheResponsesAPIHaveNames() {
        let added =
            "event: response.output_item.added\ndata: "
            + #"{"type":"response.output_item.added","item":{"type":"function_call","arguments":"","name":"find"}}"#
        let delta =
            "event: response.function_call_arguments.delta\ndata: "
            + #"{"type":"response.function_call_arguments.delta","delta":"{}"}"#
        #expect(text(.responses, [added, delta]) == "find{}")
    }

    @Test func namesInsideOfTextAreText() {
        let events = [chat(#"{"content":"\"content\":\"x\""}"#), chat(#"{"content":"y"}"#)]
        #expect(text(.chat, events) == "\"content\":\"x\"y")
    }

    @Test func deltasOfTheResponsesAPIAreJoined() {
        let events = (0..<12).map {
            "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"sequence_number\":\($0),\"delta\":\"d\($0) \"}"
        }
        let done =
            "event: response.output_text.done\ndata: {\"type\":\"response.output_text.done\",\"text\":\"d0\"}"
        #expect(text(.responses, events + [done]) == (0..<12).map { "d\($0) " }.joined())
    }

    @Test func textBeyondTheLimitIsMeasured() {
        var produced = ProducedText()
        let piece = [UInt8](repeating: 0x61, count: 1024)
        for _ in 0..<2 * ProducedText.limit / 1024 {
            produced.append(piece.span, 0..<1024, hasEscapes: false)
        }
        let (text, factor) = produced.kept()
        #expect(text.count == ProducedText.limit)
        #expect(factor == 2)
    }

    @Test(arguments: [
        (
            #"{"choices":[{"message":{"content":"a"}},{"message":{"content":null,"tool_calls":[{"function":{"name":"f","arguments":"{}"}}]}}]}"#,
            "af{}"
        ),
        (#"{"choices":[{"text":"t"}]}"#, "t"),
        (
            #"{"output":[{"type":"message","content":[{"type":"output_text","text":"r"}]},{"arguments":"q"}]}"#,
            "rq"
        ),
        ("[]", ""), ("no JSON", ""),
    ])
    func documentsHaveText(_ document: String, _ expected: String) {
        let text = OpenAIDialect().producedText(
            inDocument: Array(document.utf8), endpoint: .chatCompletions)
        #expect(String(decoding: text, as: UTF8.self) == expected)
    }
}
