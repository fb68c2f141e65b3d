import SluiceConfig
import SluiceCore
import SluiceJSON
import SluiceWire
import Testing

@testable import SluiceProcessors

struct RewriteModelTests {
    private func rewritten(
        _ toml: String, _ body: String, _ endpoint: Endpoint = .chatCompletions
    ) async throws -> String {
        var request = try request(body, endpoint)
        var another = request
        let processor = try processor("type = 'rewrite-model'\n" + toml)
        let decision = try await processor.process(&request, context: context)
        // Without a wait the same comes out.
        let immediate = try #require(processor as? any ImmediateProcessor)
        _ = try immediate.processAtOnce(&another, context: context)
        #expect(text(another) == text(request))
        guard case .forward = decision else { return "answered" }
        #expect(request.model == request.json?.root["model"]?.string)
        return text(request)
    }

    @Test(arguments: [
        // An alias by name; everything else stays as it came.
        (
            "[aliases]\n'gpt-4' = 'gpt-4.1'", #"{ "model":"gpt-4" , "x":1.50}"#,
            #"{ "model":"gpt-4.1" , "x":1.50}"#
        ),
        // Other models are left alone.
        ("[aliases]\n'gpt-4' = 'gpt-4.1'", #"{"model":"gpt-5"}"#, #"{"model":"gpt-5"}"#),
        // Aliases are not followed.
        ("[aliases]\na = 'b'\nb = 'c'", #"{"model":"a"}"#, #"{"model":"b"}"#),
        // Defaults fill what is missing.
        (
            "[aliases]\na = { model = 'b', temperature = 0.2, seed = 5 }",
            #"{"model":"a","seed":1}"#, #"{"model":"b","seed":1,"temperature":0.2}"#
        ),
        // And replace what is there when told to.
        (
            "[aliases]\na = { temperature = 0.2, override = true }",
            #"{"temperature":1,"model":"a"}"#, #"{"temperature":0.2,"model":"a"}"#
        ),
        // A null of the client is a choice of the client.
        (
            "[aliases]\na = { temperature = 0.2 }", #"{"temperature":null,"model":"a"}"#,
            #"{"temperature":null,"model":"a"}"#
        ),
        // Values of every kind.
        (
            "[aliases]\na = { stop = ['x', 'y'], logit_bias = { '5' = -1 }, store = true }",
            #"{"model":"a"}"#, #"{"model":"a","logit_bias":{"5":-1},"stop":["x","y"],"store":true}"#
        ),
        // Unknown parameters are kept unless told otherwise.
        ("", #"{"model":"a","top_k":4}"#, #"{"model":"a","top_k":4}"#),
        ("parameters = 'keep'", #"{"model":"a","top_k":4}"#, #"{"model":"a","top_k":4}"#),
        (
            "parameters = 'drop'", #"{"top_k":4,"model":"a","messages":[],"min_p":0}"#,
            #"{"model":"a","messages":[]}"#
        ),
        (
            "parameters = 'drop'\nallowed = ['top_k']", #"{"top_k":4,"model":"a","min_p":0}"#,
            #"{"top_k":4,"model":"a"}"#
        ),
        // An alias's own policy comes before the processor's.
        (
            "parameters = 'drop'\n[aliases]\na = { model = 'b', parameters = 'keep' }",
            #"{"model":"a","top_k":4}"#, #"{"model":"b","top_k":4}"#
        ),
        (
            "[aliases]\na = { model = 'b', parameters = 'drop' }", #"{"model":"a","top_k":4}"#,
            #"{"model":"b"}"#
        ),
        // What an alias brings along is not dropped.
        (
            "parameters = 'drop'\n[aliases]\na = { top_k = 3 }", #"{"model":"a","top_k":4}"#,
            #"{"model":"a","top_k":3}"#
        ),
    ])
    func aChatRequestIsRewritten(_ toml: String, _ body: String, _ expected: String) async throws {
        #expect(try await rewritten(toml, body) == expected)
    }

    @Test(arguments: [
        (Endpoint.chatCompletions, #"{"model":"a","max_tokens":50}"#),
        (.completions, #"{"model":"a","max_tokens":50}"#),
        (.responses, #"{"model":"a","max_output_tokens":50}"#),
        (.embeddings, #"{"model":"a"}"#),
    ])
    func aLimitHasTheNameOfItsEndpoint(_ endpoint: Endpoint, _ expected: String) async throws {
        let toml = "[aliases]\na = { max_tokens = 50 }"
        #expect(try await rewritten(toml, #"{"model":"a"}"#, endpoint) == expected)
    }

    @Test func aLimitOfTheClientIsKeptWhateverItsName() async throws {
        let body = #"{"model":"a","max_completion_tokens":9}"#
        #expect(try await rewritten("[aliases]\na = { max_tokens = 50 }", body) == body)
        #expect(
            try await rewritten("[aliases]\na = { max_tokens = 50, override = true }", body)
                == #"{"model":"a","max_tokens":50}"#)
    }

    @Test(arguments: [
        (Endpoint.embeddings, #"{"model":"a","dimensions":8}"#),
        (.chatCompletions, #"{"model":"a","top_k":3,"verbosity":"low"}"#),
        (.completions, #"{"model":"a","top_k":3}"#),
    ])
    func aDefaultGoesOnlyWhereItIsKnown(_ endpoint: Endpoint, _ expected: String) async throws {
        let toml = "[aliases]\na = { dimensions = 8, verbosity = 'low', top_k = 3 }"
        #expect(try await rewritten(toml, #"{"model":"a"}"#, endpoint) == expected)
    }

    @Test func theModelOfAFormIsRewritten() async throws {
        let prefix = BodyPrefix(bytes: Array("x=a".utf8), modelRange: 2..<3, totalLength: 3)
        var request = ProxyRequest(
            endpoint: .other("audio"), method: .post, path: "/x", model: "a", body: .stream(prefix))
        _ = try await processor("type = 'rewrite-model'\n[aliases]\na = 'whisper'").process(
            &request, context: context)
        guard case .stream(let changed) = request.body else {
            Issue.record("no stream")
            return
        }
        #expect(String(decoding: changed.bytes, as: UTF8.self) == "x=whisper")
        #expect(changed.totalLength == 9)
        #expect(request.model == "whisper")
    }

    @Test(arguments: [
        "[aliases]\na = 5", "[aliases]\na = ''", "[aliases]\na = { model = '' }",
        "[aliases]\na = { stream = true }", "[aliases]\na = { messages = [] }",
        "[aliases]\na = { max_tokens = 1, max_completion_tokens = 2 }",
        "[aliases]\na = { temperature = nan }", "parameters = 'delete'", "allowed = ['x']",
        "alias = {}", "restore_name = 'yes'",
    ])
    func aBadSectionIsRefused(_ toml: String) {
        #expect(throws: (any Error).self) { try processor("type = 'rewrite-model'\n" + toml) }
    }

    // MARK: The way back

    private func stage(
        _ toml: String = "restore_name = true", _ body: String = #"{"model":"fast"}"#
    ) async throws -> (any ResponseStage)? {
        let processor = try processor(
            "type = 'rewrite-model'\n\(toml)\n[aliases]\nfast = 'gpt-4.1-mini'")
        var request = try request(body)
        _ = try await processor.process(&request, context: context)
        return processor.makeResponseStage(for: request, context: context)
    }

    @Test func answersKeepTheProvidersNameUnlessToldOtherwise() async throws {
        #expect(try await stage("") == nil)
        #expect(try await stage("restore_name = true", #"{"model":"other"}"#) == nil)
    }

    @Test(arguments: [
        (#"{"id":1,"model":"gpt-4.1-mini-2025"}"#, #"{"id":1,"model":"fast"}"#),
        (
            #"{"type":"response.created","response":{"model":"x"}}"#,
            #"{"type":"response.created","response":{"model":"fast"}}"#
        ),
    ])
    func theClientsNameIsPutBack(_ data: String, _ expected: String) async throws {
        var stage = try #require(try await stage())
        #expect(stage.interest == [.events, .document])
        let edit = stage.event(ServerSentEvent(data: Array(data.utf8), type: "t"))
        guard case .replace(let events) = edit else {
            Issue.record("not replaced")
            return
        }
        #expect(events == [ServerSentEvent(data: Array(expected.utf8), type: "t")])
        var body = Array(data.utf8)
        stage.document(&body)
        #expect(body == Array(expected.utf8))
    }

    @Test(arguments: ["[DONE]", "{}", #"{"model":null}"#, #"{"model":"fast"}"#, "not JSON"])
    func whatNamesNoOtherModelIsKept(_ data: String) async throws {
        var stage = try #require(try await stage())
        let edit = stage.event(ServerSentEvent(data: Array(data.utf8)))
        guard case .keep = edit else {
            Issue.record("not kept")
            return
        }
        var body = Array(data.utf8)
        stage.document(&body)
        #expect(body == Array(data.utf8))
    }
}
