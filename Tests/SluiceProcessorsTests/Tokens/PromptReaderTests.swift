import SluiceJSON
import SluiceTokens
import Testing

@testable import SluiceProcessors

/// The rules for what a prompt is made of, with a tokenizer for which each word is a token.
struct PromptReaderTests {
    private func read(
        _ body: String, _ form: PromptForm = .chat
    ) throws -> (all: Tally, longest: Int) {
        let document = try JSONDocument(parsing: Array(body.utf8))
        return PromptReader(
            document: document, tokenizer: WordTokenizer(), images: ImageTokens(model: "gpt-4o")
        ).prompt(form)
    }

    private func chat(_ messages: String) throws -> Tally {
        try read(#"{"model":"m","messages":\#(messages)}"#).all
    }

    @Test(arguments: [
        // The reply's beginning alone.
        ("[]", 3),
        (#"[{"role":"user","content":"one two"}]"#, 3 + 3 + 1 + 2),
        // A name costs one more than its tokens.
        (#"[{"role":"user","name":"bob","content":"one"}]"#, 3 + 3 + 1 + 1 + 1 + 1),
        (#"[{"role":"user","content":""},{"role":"user","content":null}]"#, 3 + 4 + 4),
        // Escapes are decoded before they are counted.
        (#"[{"role":"user","content":"one\ntwo\u0020three"}]"#, 3 + 3 + 1 + 3),
        // One part of text is as good as the text.
        (#"[{"role":"user","content":[{"type":"text","text":"one two"}]}]"#, 3 + 3 + 1 + 2),
    ])
    func textIsCountedByThePublishedRule(messages: String, tokens: Int) throws {
        #expect(try chat(messages) == Tally(tokens: tokens))
    }

    @Test(arguments: [
        (
            #"[{"role":"user","content":[{"type":"text","text":"one"},{"type":"text","text":"two"}]}]"#,
            3 + 3 + 1 + 2
        ),
        (
            #"[{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{} {}"}}]}]"#,
            3 + 3 + 1 + 7 + 1 + 2
        ),
        (
            #"[{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":"{}"}},{"function":{"name":"g","arguments":"{}"}}]}]"#,
            3 + 3 + 1 + 2 * (8 + 7 + 1 + 1)
        ),
        (#"[{"role":"tool","tool_call_id":"c","content":"one two"}]"#, 3 + 3 + 1 + 2),
        (#"[{"role":"assistant","content":"one","refusal":"no no"}]"#, 3 + 3 + 1 + 1 + 2),
    ])
    func whatNoRuleIsPublishedForIsAnEstimate(messages: String, tokens: Int) throws {
        #expect(try chat(messages) == .estimate(tokens))
    }

    @Test(arguments: [
        (#"{"type":"image_url","image_url":{"url":"https://x/y.png"}}"#, 765),
        (#"{"type":"image_url","image_url":{"url":"https://x/y.png","detail":"low"}}"#, 85),
        (#"{"type":"input_audio","input_audio":{"data":"AAAAAAAA","format":"wav"}}"#, 0),
        (#"{"type":"file","file":{"file_id":"file-1"}}"#, 0),
    ])
    func mediaAreEstimatesThatBytesDoNotBound(part: String, tokens: Int) throws {
        let tally = try chat(#"[{"role":"user","content":[\#(part)]}]"#)
        #expect(tally == .media(3 + 3 + 1 + tokens))
    }

    @Test func toolsAreCountedAsTheyAreShownToTheModel() throws {
        let tools = #"[{"type":"function","function":{"name":"f","description":"Does it."}}]"#
        let user = #"{"role":"user","content":"one"}"#
        let system = #"{"role":"system","content":"one"}"#
        // namespace functions { // Does it. type f = () => any; } // namespace functions
        let definitions = 3 + 3 + 6 + 4 + 9
        func count(_ messages: String, _ more: String = "") throws -> Tally {
            try read(#"{"messages":[\#(messages)],"tools":\#(tools)\#(more)}"#).all
        }
        #expect(try count(user) == .estimate(3 + 5 + definitions))
        #expect(try count(system) == .estimate(3 + 5 + definitions - 4))
        #expect(try count(user, #","tool_choice":"none""#) == .estimate(3 + 5 + definitions + 1))
        #expect(
            try count(user, #","tool_choice":{"type":"function","function":{"name":"f"}}"#)
                == .estimate(3 + 5 + definitions + 5))
        #expect(try count(user, #","tool_choice":"auto""#) == .estimate(3 + 5 + definitions))
        // Wherever the tools stand.
        let first = try read(#"{"tools":\#(tools),"messages":[\#(system)]}"#).all
        #expect(first == .estimate(3 + 5 + definitions - 4))
    }

    @Test(arguments: [
        (#"{"prompt":"one two three"}"#, 3, 3),
        (#"{"prompt":["one two","three"]}"#, 3, 2),
        (#"{"prompt":[5,6,7,8]}"#, 4, 4),
        (#"{"prompt":[[5,6],[7,8,9]]}"#, 5, 3),
        (#"{"prompt":[]}"#, 0, 0),
        ("{}", 0, 0),
        (#"{"prompt":"one","suffix":null}"#, 1, 1),
        // Whichever a provider takes.
        (#"{"prompt":"one two","prompt":"one"}"#, 3, 2),
    ])
    func promptsAreTextsOrTokens(body: String, tokens: Int, longest: Int) throws {
        let (all, most) = try read(body, .texts("prompt"))
        #expect(all == Tally(tokens: tokens))
        #expect(most == longest)
    }

    @Test func aSuffixIsAnEstimate() throws {
        let body = #"{"prompt":"one two","suffix":"three"}"#
        #expect(try read(body, .texts("prompt")).all == .estimate(3))
    }

    @Test(arguments: [
        (#"{"input":"one two"}"#, 3 + 4 + 2),
        (#"{"input":"one","instructions":"two three"}"#, 3 + 4 + 1 + 4 + 2),
        (#"{"input":[{"role":"user","content":"one two"}]}"#, 3 + 4 + 2),
        (
            #"{"input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"one"}]}]}"#,
            3 + 4 + 1
        ),
        (
            #"{"input":[{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":"one two"}]}"#,
            3 + 3 + 7 + 2 + 3 + 2
        ),
    ])
    func theResponsesAPIIsCountedLikeAChat(body: String, tokens: Int) throws {
        #expect(try read(body, .responses).all == .estimate(tokens))
    }

    @Test func aSchemaForTheAnswerIsAnEstimate() throws {
        let schema =
            #""response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"a": 1}}}"#
        #expect(try read(#"{"messages":[],\#(schema)}"#).all == .estimate(3 + 10 + 1 + 1))
        let strict = schema.replacing(#""name""#, with: #""strict":true,"name""#)
        #expect(try read(#"{"messages":[],\#(strict)}"#).all == .estimate(3 + 1))
        let object = #"{"messages":[],"response_format":{"type":"json_object"}}"#
        #expect(try read(object).all == .estimate(3))
    }

    @Test(arguments: [
        (#"{"messages":[]}"#, PromptForm.chat), (#"{"input":"x"}"#, .texts("input")),
        (#"{"input":["x"]}"#, .texts("input")), (#"{"input":[[1,2]]}"#, .texts("input")),
        (#"{"input":[{"role":"user"}]}"#, .responses),
        (#"{"input":"x","instructions":"y"}"#, .responses),
        (#"{"input":"x","text":{"format":{}}}"#, .responses),
        (#"{"prompt":"x"}"#, .texts("prompt")), ("{}", nil), ("[]", nil),
    ])
    func theFormShowsInTheBody(body: String, form: PromptForm?) throws {
        let document = try JSONDocument(parsing: Array(body.utf8))
        #expect(PromptForm(of: document) == form)
    }

    @Test func strangeBodiesAreCountedWithoutHarm() throws {
        for body in [
            "[]", "5", #"{"messages":5}"#, #"{"messages":[5,"x",[],{"content":5}]}"#,
            #"{"messages":[{"role":["x"],"content":[[],5,{"type":5}],"tool_calls":[5,{}]}]}"#,
            #"{"tools":[5,{"function":{"name":5,"parameters":[]}}],"tool_choice":{},"messages":[]}"#,
            #"{"input":[{"type":5},{"type":"reasoning","summary":5}],"tools":{},"text":5}"#,
        ] {
            #expect(try read(body, .chat).all.tokens >= 0)
            #expect(try read(body, .responses).all.tokens >= 0)
            #expect(try read(body, .texts("input")).all.tokens >= 0)
        }
    }
}
