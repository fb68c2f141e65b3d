import SluiceCore
import Testing

@testable import SluiceProviders

/// Providers whose completions leave out what the model thought, which they bill nevertheless.
struct UsageTotalTests {
    @Test(arguments: [
        // xAI.
        (
            #"{"prompt_tokens":10,"completion_tokens":5,"total_tokens":315,"completion_tokens_details":{"reasoning_tokens":300}}"#,
            10, 305
        ),
        // Gemini, as OpenAI's API tells it.
        (#"{"completion_tokens":5,"prompt_tokens":10,"total_tokens":115}"#, 10, 105),
        (#"{"input_tokens":10,"output_tokens":5,"total_tokens":115}"#, 10, 105),
        (#"{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}"#, 10, 5),
        (#"{"prompt_tokens":10,"completion_tokens":5,"total_tokens":12}"#, 10, 5),
        (#"{"prompt_tokens":10,"completion_tokens":5,"total_tokens":0}"#, 10, 5),
        (#"{"prompt_tokens":10,"completion_tokens":5}"#, 10, 5),
        // Embeddings.
        (#"{"prompt_tokens":10,"total_tokens":10}"#, 10, 0),
        (#"{"prompt_tokens":10,"total_tokens":12}"#, 10, 0),
        // A number that cannot be.
        (#"{"total_tokens":9000000000000000,"completion_tokens":5}"#, 0, 5),
    ])
    func theTotalSaysWhatIsMissing(_ usage: String, _ prompt: Int, _ completion: Int) {
        for body in [#"{"id":"c","usage":\#(usage)}"#, #"{"usage":\#(usage),"text":"\u00e9"}"#] {
            let found = OpenAIDialect().usage(
                inDocument: Array(body.utf8), endpoint: .chatCompletions)
            #expect(found?.promptTokens == prompt)
            #expect(found?.completionTokens == completion)
        }
        var reader = OpenAIStreamReader()
        let event = Array("data: {\"choices\":[],\"usage\":\(usage)}\n\n".utf8)
        _ = reader.read(event.span)
        #expect(reader.usage?.completionTokens == completion)
    }
}
