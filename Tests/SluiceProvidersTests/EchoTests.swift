import SluiceCore
import SluiceJSON
import SluiceWire
import Testing

@testable import SluiceProviders

struct EchoTests {
    private func echo(
        _ body: String, _ path: String = "/v1/chat/completions"
    ) async throws -> String {
        let request = try parse(body, path)
        let action = try EchoProvider().action(for: request, base: nil, credential: nil)
        guard case .answer(let response) = action else { throw NotAccepted() }
        return try await text(of: response)
    }

    private func document(
        _ body: String, _ path: String = "/v1/chat/completions"
    ) async throws -> JSONValue {
        try JSONDocument(parsing: Array(try await echo(body, path).utf8)).root
    }

    private func datas(_ stream: String) throws -> [JSONValue] {
        try events(Array(stream.utf8)).compactMap { event in
            guard let parsed = ServerSentEvent(parsing: event.span),
                parsed.data != Array("[DONE]".utf8)
            else { return nil }
            return try JSONDocument(parsing: parsed.data).root
        }
    }

    @Test(arguments: [
        "", "a", "Hello, world!", " two  spaces\n\nand\tlines ", "überlänge日本語👩‍👩‍👧x1234567890",
    ])
    func tokensJoinToTheText(_ text: String) {
        #expect(EchoTokens.split(text).joined() == text)
    }

    @Test func wordsKeepTheSpaceBeforeThem() {
        #expect(EchoTokens.split("Hi there, you") == ["Hi", " there", ",", " you"])
    }

    @Test func theLastUserMessageComesBack() async throws {
        let root = try await document(
            #"{"model":"m","messages":[{"role":"user","content":"one"},{"role":"assistant","content":"no"},{"role":"user","content":[{"type":"text","text":"two"}]}]}"#
        )
        #expect(root["choices"]?[0]?["message"]?["content"]?.string == "two")
        #expect(root["choices"]?[0]?["finish_reason"]?.string == "stop")
        #expect(root["model"]?.string == "m")
        #expect(root["id"]?.string?.hasPrefix("chatcmpl-") == true)
        #expect(root["usage"]?["prompt_tokens"]?.int == 3)
        #expect(root["usage"]?["completion_tokens"]?.int == 1)
    }

    @Test func aStreamSaysTheSameAndEndsWithDone() async throws {
        let stream = try await echo(
            #"{"model":"m","stream":true,"n":2,"messages":[{"role":"user","content":"Hello, dear world"}]}"#
        )
        #expect(stream.hasSuffix("data: [DONE]\n\n"))
        for index in 0..<2 {
            let choices = try datas(stream).compactMap { $0["choices"]?[0] }.filter {
                $0["index"]?.int == index
            }
            let content = choices.compactMap { $0["delta"]?["content"]?.string }.joined()
            #expect(content == "Hello, dear world")
            #expect(choices.first?["delta"]?["role"]?.string == "assistant")
            #expect(choices.last?["finish_reason"]?.string == "stop")
        }
        var reader = OpenAIStreamReader()
        let facts = read(stream, by: &reader)
        #expect(facts.last == [.terminal, .last])
        #expect(facts.filter { $0.contains(.terminal) }.count == 2)
        #expect(reader.usage == nil)
    }

    @Test func usageComesWhenAskedFor() async throws {
        let stream = try await echo(
            #"{"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"a b"}]}"#
        )
        var reader = OpenAIStreamReader()
        let facts = read(stream, by: &reader)
        #expect(facts.filter { $0.contains(.usageOnly) }.count == 1)
        #expect(reader.usage == TokenUsage(promptTokens: 2, completionTokens: 2))
    }

    @Test(arguments: ["max_tokens", "max_completion_tokens"])
    func aLimitCutsTheAnswer(_ name: String) async throws {
        let root = try await document(
            #"{"model":"m","\#(name)":2,"messages":[{"role":"user","content":"a b c"}]}"#)
        #expect(root["choices"]?[0]?["message"]?["content"]?.string == "a b")
        #expect(root["choices"]?[0]?["finish_reason"]?.string == "length")
    }

    @Test(arguments: [
        #""required""#, #"{"type":"function","function":{"name":"f"}}"#,
    ])
    func aForcedToolIsCalled(_ choice: String) async throws {
        let body =
            #"{"model":"m","tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":\#(choice),"messages":[{"role":"user","content":"x"}]"#
        let message = try await document(body + "}")["choices"]?[0]?["message"]
        #expect(message?["tool_calls"]?[0]?["function"]?["name"]?.string == "f")
        #expect(message?["tool_calls"]?[0]?["function"]?["arguments"]?.string == "{}")
        let stream = try await echo(body + #","stream":true}"#)
        let arguments = try datas(stream).compactMap {
            $0["choices"]?[0]?["delta"]?["tool_calls"]?[0]?["function"]?["arguments"]?.string
        }
        #expect(arguments.joined() == "{}")
        #expect(try datas(stream).last?["choices"]?[0]?["finish_reason"]?.string == "tool_calls")
    }

    @Test func completionsAnswerEachPrompt() async throws {
        let root = try await document(
            #"{"model":"m","prompt":["a b","c"],"n":2}"#, "/v1/completions")
        #expect(
            root["choices"]?.elements.compactMap { $0["text"]?.string } == ["a b", "a b", "c", "c"])
        #expect(root["choices"]?.elements.compactMap { $0["index"]?.int } == [0, 1, 2, 3])
        let stream = try await echo(
            #"{"model":"m","prompt":"a b","stream":true}"#, "/v1/completions")
        #expect(
            try datas(stream).compactMap { $0["choices"]?[0]?["text"]?.string }.joined() == "a b")
    }

    @Test func embeddingsAreUnitVectorsAndTheSameForTheSameText() async throws {
        let body = #"{"model":"m","input":["a","b","a"],"dimensions":8}"#
        let root = try await document(body, "/v1/embeddings")
        let vectors =
            root["data"]?.elements.map { $0["embedding"]?.elements.compactMap(\.double) ?? [] }
            ?? []
        #expect(vectors.map(\.count) == [8, 8, 8])
        #expect(vectors.first == vectors.last)
        #expect(vectors.first != vectors.dropFirst().first)
        for vector in vectors {
            #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
        }
        #expect(TokenUsage(root: root) == TokenUsage(promptTokens: 3, completionTokens: 0))
    }

    @Test func base64EmbeddingsAreTheSameNumbers() async throws {
        let start = #"{"model":"m","input":"a","dimensions":2"#
        let plain = try await document(start + "}", "/v1/embeddings")
        let coded = try await document(start + #","encoding_format":"base64"}"#, "/v1/embeddings")
        let numbers = plain["data"]?[0]?["embedding"]?.elements.compactMap(\.double) ?? []
        let bytes = Array(Base64.decode(coded["data"]?[0]?["embedding"]?.string ?? ""))
        #expect(bytes.count == 8)
        let floats = stride(from: 0, to: 8, by: 4).map { start in
            Float(
                bitPattern: bytes[start..<start + 4].reversed().reduce(UInt32(0)) {
                    $0 << 8 | UInt32($1)
                })
        }
        #expect(floats == numbers.map { Float($0) })
    }

    @Test func responsesStreamTheOfficialSequence() async throws {
        let stream = try await echo(
            #"{"model":"m","stream":true,"input":"a b"}"#, "/v1/responses")
        let parsed = events(Array(stream.utf8)).compactMap { ServerSentEvent(parsing: $0.span) }
        #expect(
            parsed.compactMap(\.type) == [
                "response.created", "response.in_progress", "response.output_item.added",
                "response.content_part.added", "response.output_text.delta",
                "response.output_text.delta", "response.output_text.done",
                "response.content_part.done", "response.output_item.done", "response.completed",
            ])
        let roots = try datas(stream)
        #expect(roots.compactMap { $0["sequence_number"]?.int } == Array(0..<10))
        #expect(roots.compactMap { $0["delta"]?.string }.joined() == "a b")
        var reader = ResponsesStreamReader()
        let facts = read(stream, by: &reader)
        #expect(facts.last == [.terminal, .last])
        #expect(facts.dropLast().allSatisfy { $0.isEmpty })
        #expect(reader.usage == TokenUsage(promptTokens: 2, completionTokens: 2))
    }

    @Test(arguments: [
        ("/v1/chat/completions", #""messages":[{"role":"user","content":""}]"#),
        ("/v1/completions", #""prompt":["","a"]"#), ("/v1/responses", #""input":"""#),
    ])
    func anEmptyTextIsAnAnswerToo(_ path: String, _ member: String) async throws {
        let stream = try await echo(#"{"model":"m","stream":true,\#(member)}"#, path)
        var reader = OpenAIDialect().makeStreamReader(
            for: path == "/v1/responses" ? .responses : .chatCompletions)
        let facts = events(Array(stream.utf8)).map { reader.read($0.span) }
        #expect(facts.last == [.terminal, .last])
    }

    @Test func aCutResponseIsIncomplete() async throws {
        let body =
            #"{"model":"m","max_output_tokens":1,"input":[{"role":"user","content":[{"type":"input_text","text":"a b"}]}]"#
        let root = try await document(body + "}", "/v1/responses")
        #expect(root["status"]?.string == "incomplete")
        #expect(root["output"]?[0]?["content"]?[0]?["text"]?.string == "a")
        var reader = ResponsesStreamReader()
        let facts = read(try await echo(body + #","stream":true}"#, "/v1/responses"), by: &reader)
        #expect(facts.last == [.terminal, .last])
    }

    @Test(arguments: [
        ("/v1/moderations", #"{"input":"x"}"#, 404, "not_supported_by_echo"),
        ("/v1/chat/completions", #"{"model":"m"}"#, 400, "missing_required_parameter"),
        (
            "/v1/chat/completions", #"{"model":"m","messages":[]}"#, 400,
            "missing_required_parameter"
        ),
        ("/v1/embeddings", #"{"model":"m"}"#, 400, "missing_required_parameter"),
        ("/v1/embeddings", #"{"model":"m","input":"a","dimensions":9000}"#, 400, "invalid_value"),
        ("/v1/completions", #"{"model":"m","prompt":{}}"#, 400, "invalid_type"),
        ("/v1/responses", #"{"model":"m"}"#, 400, "missing_required_parameter"),
    ])
    func whatHasNoAnswerIsRefused(_ path: String, _ body: String, _ status: Int, _ code: String)
        async throws
    {
        let error = await #expect(throws: ProxyError.self) { try await echo(body, path) }
        #expect(error?.status == status)
        #expect(error?.code == code)
    }
}

/// An independent reading of RFC 4648.
private enum Base64 {
    static func decode(_ text: String) -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var bits: UInt32 = 0
        var count = 0
        var bytes: [UInt8] = []
        for character in text where character != "=" {
            guard let value = alphabet.firstIndex(of: character) else { return [] }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return bytes
    }
}
