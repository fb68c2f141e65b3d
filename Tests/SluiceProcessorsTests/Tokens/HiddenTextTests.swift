import SluiceCore
import SluiceJSON
import Testing

@testable import SluiceProcessors

/// Parts of a prompt that some model may see, wherever they stand: nothing large counts as nothing.
struct HiddenTextTests {
    private static let words = Array(repeating: "word", count: 500).joined(separator: " ")

    private func count(_ body: String, _ form: PromptForm) throws -> Tally {
        let body = body.replacing("WORDS", with: Self.words)
        return PromptReader(
            document: try JSONDocument(parsing: Array(body.utf8)), tokenizer: WordTokenizer(),
            images: ImageTokens(model: "gpt-4o")
        ).prompt(form).all
    }

    @Test(arguments: [
        #"{"type":"custom","custom":{"name":"c","format":{"type":"grammar","grammar":{"definition":"WORDS"}}}}"#,
        #"{"type":"custom","name":"c","format":{"definition":"WORDS"}}"#,
        #"{"type":"mcp","server_label":"s","server_description":"WORDS"}"#,
        #"{"type":"function","function":{"parameters":{"description":"WORDS"}}}"#,
        #"{"type":"function","extra":"WORDS","function":{"name":"f"}}"#,
        #"{"name":"f","returns":{"description":"WORDS"}}"#,
        #"{"name":"f","parameters":{"$defs":{"a":{"description":"WORDS"}}}}"#,
        #"{"name":"f","parameters":{"properties":{"a":{"type":"string","default":"WORDS"}}}}"#,
        #"{"name":"f","parameters":{"properties":{"a":{"enum":["x"],"examples":["WORDS"]}}}}"#,
        #"{"name":"f","parameters":{"properties":{"a":{"type":"array","items":{"description":"WORDS"}}}}}"#,
        #"{"name":"f","parameters":{"properties":{"a":{"anyOf":[{"const":"WORDS"}]}}}}"#,
        #"{"name":"f","parameters":{"properties":{"a":{}},"required":["WORDS"]}}"#,
        #"{"name":"f","parameters":{"properties":{"a":{"title":"WORDS"}}}}"#,
        #"{"name":"f","parameters":{"properties":{"a":{"enum":"WORDS"}}}}"#,
        #"{"name":"f","parameters":{"properties":"WORDS"}}"#, #""WORDS""#,
        #"{"name":"f","parameters":{"properties":{"a":{"properties":{"b":{"properties":{"c":{"description":"WORDS"}}}}}}}}"#,
    ])
    func toolsAreCountedWhole(tool: String) throws {
        for form in [PromptForm.chat, .responses] {
            let tally = try count(#"{"tools":[\#(tool)],"messages":[],"input":[]}"#, form)
            #expect((500...700).contains(tally.tokens))
            #expect(!tally.isExact)
        }
    }

    @Test(arguments: [
        #"{"role":"assistant","reasoning_details":[{"text":"WORDS"}]}"#,
        #"{"role":"user","Content":"WORDS"}"#, #"{"role":"user","CONTENT":["WORDS"]}"#,
        #"{"role":"user","content":{"text":"WORDS"}}"#,
        #"{"role":"user","content":[{"type":"file","text":"WORDS"}]}"#,
        #"{"role":"user","content":[{"type":"text","type":"input_audio","text":"WORDS"}]}"#,
        #"{"role":"user","content":[{"type":"text","text":"","Text":"WORDS"}]}"#,
        #"{"role":"user","content":[{"type":"text","text":["WORDS"]}]}"#,
        #"{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":{"a":"WORDS"}}}]}"#,
        #"{"role":"assistant","Function_Call":{"name":"f","arguments":"WORDS"}}"#, #""WORDS""#,
    ])
    func messagesAreCountedWhole(message: String) throws {
        #expect((500...530).contains(try count(#"{"messages":[\#(message)]}"#, .chat).tokens))
        #expect((500...530).contains(try count(#"{"input":[\#(message)]}"#, .responses).tokens))
    }

    @Test(arguments: [
        #"{"type":"mcp_call","name":"f","arguments":"WORDS","output":"x"}"#,
        #"{"type":"function_call","name":"f","arguments":"{}","input":{"a":"WORDS"}}"#,
        #"{"type":"function_call_output","output":{"a":"WORDS"}}"#,
        #"{"type":"reasoning","summary":[{"type":"summary_text","text":"WORDS"}]}"#,
        #"{"type":"made_up","Output":"WORDS"}"#,
    ])
    func itemsAreCountedWhole(item: String) throws {
        #expect((500...530).contains(try count(#"{"input":[\#(item)]}"#, .responses).tokens))
    }

    @Test(arguments: [
        (#"{"Messages":[{"role":"user","content":"WORDS"}]}"#, PromptForm.chat),
        (#"{"me\u017f\u017fages":[{"role":"user","content":"WORDS"}]}"#, .chat),
        (#"{"messages":[],"Tools":[{"name":"f","description":"WORDS"}]}"#, .chat),
        (#"{"Input":"WORDS"}"#, .responses), (#"{"INSTRUCTIONS":"WORDS"}"#, .responses),
        (#"{"prompt":[["WORDS"]]}"#, .texts("prompt")),
        (#"{"prompt":{"a":"WORDS"}}"#, .texts("prompt")),
        (#"{"prompt":{"id":"p","variables":{"a":"WORDS"}}}"#, .responses),
        (#"{"messages":{"content":"WORDS"}}"#, .chat),
        (#"{"Prompt":"WORDS"}"#, .texts("prompt")),
        (#"{"input":"","Input":["WORDS"]}"#, .texts("input")),
        (#"{"prompt":"","Suffix":"WORDS"}"#, .texts("prompt")),
        (#"{"messages":[],"response_format":{"type":"grammar","grammar":"WORDS"}}"#, .chat),
    ])
    func bodiesAreCountedWhole(body: String, form: PromptForm) throws {
        #expect((500...530).contains(try count(body, form).tokens))
    }

    @Test func picturesInItemsAreNoText() throws {
        for item in [
            #"{"type":"computer_call_output","call_id":"c","output":{"type":"computer_screenshot","image_url":"https://x/WORDS"}}"#,
            #"{"type":"image_generation_call","id":"i","result":"WORDS"}"#,
        ] {
            let tally = try count(#"{"input":[\#(item)]}"#, .responses)
            #expect(tally == .media(3 + 3 + 765))
        }
        let thought = #"{"type":"reasoning","summary":[],"encrypted_content":"WORDS"}"#
        #expect(try count(#"{"input":[\#(thought)]}"#, .responses).tokens == 6)
    }
}
