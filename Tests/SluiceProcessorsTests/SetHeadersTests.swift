import SluiceConfig
import SluiceCore
import SluiceWire
import Testing

@testable import SluiceProcessors

struct SetHeadersTests {
    private func lines(_ headers: HeaderFields) -> [String] {
        headers.pairs.map { "\($0.name): \($0.value)" }
    }

    @Test func fieldsAreSetAndRemovedTowardsTheProvider() async throws {
        let processor = try processor(
            "type = 'set-headers'\nrequest = { 'X-Team' = 'blue' }\nremove_request = ['OpenAI-Project', 'x-old']"
        )
        var request = try request("{}")
        request.headers.append("openai-project", "p")
        request.headers.append("accept", "*/*")
        request.addedHeaders.append("x-old", "1")
        request.addedHeaders.append("x-team", "red")
        var another = request
        let immediate = try #require(processor as? any ImmediateProcessor)
        _ = try immediate.processAtOnce(&another, context: context)
        _ = try await processor.process(&request, context: context)
        for request in [request, another] {
            #expect(lines(request.headers) == ["accept: */*"])
            #expect(lines(request.addedHeaders) == ["x-team: blue"])
        }
        #expect(processor.makeResponseStage(for: request, context: context) == nil)
    }

    @Test func fieldsAreSetAndRemovedTowardsTheClient() throws {
        let processor = try processor(
            "type = 'set-headers'\nresponse = { 'x-a' = '1', 'X-B' = '2' }\nremove_response = ['x-c']"
        )
        var stage = try #require(
            processor.makeResponseStage(for: try request("{}"), context: context))
        var head = ResponseHead(status: 200)
        for name: HeaderName in ["x-b", "x-c", "x-d"] { head.headers.append(name, "old") }
        #expect(stage.interest == .head)
        stage.head(&head)
        #expect(lines(head.headers) == ["x-d: old", "x-a: 1", "x-b: 2"])
    }

    @Test func aCredentialIsTakenWhenItIsAllowed() async throws {
        let processor = try processor(
            "type = 'set-headers'\nallow_credentials = true\nrequest = { 'authorization' = 'x' }")
        var request = try request("{}")
        _ = try await processor.process(&request, context: context)
        #expect(lines(request.addedHeaders) == ["authorization: x"])
    }

    @Test(arguments: [
        "request = { 'authorization' = 'SECRET' }", "request = { 'Api-Key' = 'SECRET' }",
        "request = { 'cookie' = 'SECRET' }", "request = { 'host' = 'x' }",
        "request = { 'transfer-encoding' = 'x' }", "response = { 'content-length' = '1' }",
        "response = { 'connection' = 'close' }", "request = { 'a b' = 'x' }",
        "request = { '' = 'x' }", "request = { 'X-A' = '1', 'x-a' = '2' }",
        #"request = { "x" = "SECRET\nb: c" }"#, #"response = { "x" = "SECRET\u0000" }"#,
        "remove_request = ['a:b']", "remove_response = ['content-length']", "request = 'x'",
        "requests = {}",
    ])
    func aBadSectionIsRefusedWithoutShowingValues(_ toml: String) {
        let error = #expect(throws: (any Error).self) {
            try processor("type = 'set-headers'\n" + toml)
        }
        #expect(error.map { "\($0)".contains("SECRET") } == false)
    }
}
