import SluiceCore
import SluiceJSON
import SluiceWire
import Testing

@testable import SluiceProviders

struct RequestParsingTests {
    @Test func aChatRequestIsRead() throws {
        let body =
            #"{ "model":"gpt-4.1" ,"stream":true,"stream_options":{"include_usage":true},"x":1.0 }"#
        let request = try parse(body)
        #expect(request.endpoint == .chatCompletions)
        #expect(request.path == "/chat/completions")
        #expect(request.model == "gpt-4.1")
        #expect(request.isStreaming)
        #expect(request.wantsUsage)
        #expect(request.json?.bytes == Array(body.utf8))
    }

    @Test(
        arguments: [
            ("{", "invalid_json", nil),
            ("", "invalid_json", nil),
            ("[]", "invalid_type", "body"),
            ("{}", "missing_required_parameter", "model"),
            (#"{"model":null}"#, "missing_required_parameter", "model"),
            (#"{"model":""}"#, "invalid_value", "model"),
            (#"{"model":5}"#, "invalid_type", "model"),
            (#"{"model":"a","model":"b"}"#, "duplicate_parameter", "model"),
            (#"{"model":"a","mod\u0065l":"b"}"#, "duplicate_parameter", "model"),
            (#"{"model":"a","stream":1}"#, "invalid_type", "stream"),
            (#"{"model":"a","stream":true,"stream":false}"#, "duplicate_parameter", "stream"),
            (#"{"model":"a","stream_options":[]}"#, "invalid_type", "stream_options"),
            (
                #"{"model":"a","stream_options":{},"stream_options":{}}"#, "duplicate_parameter",
                "stream_options"
            ),
            (
                #"{"model":"a","stream_options":{"include_usage":"yes"}}"#, "invalid_type",
                "stream_options.include_usage"
            ),
            (#"{"model":"a"} x"#, "invalid_json", nil),
        ] as [(String, String, String?)])
    func aBadBodyIsRefused(_ body: String, _ code: String, _ parameter: String?) {
        let error = #expect(throws: ProxyError.self) { try parse(body) }
        #expect(error?.status == 400)
        #expect(error?.code == code)
        #expect(error?.parameter == parameter)
    }

    @Test(arguments: ["null", "false"])
    func aStreamFlagMayBeNull(_ value: String) throws {
        #expect(try !parse(#"{"model":"a","stream":\#(value)}"#).isStreaming)
    }

    @Test(arguments: [
        ("GET", "/v1/chat/completions", 405, "method_not_supported"),
        ("DELETE", "/v1/responses", 405, "method_not_supported"),
        ("PATCH", "/v1/files", 405, "method_not_supported"),
        ("PUT", "/v1/files/x", 405, "method_not_supported"),
        ("POST", "/v1/chat/completions/", 404, "invalid_request_error"),
        ("POST", "/v1//chat/completions", 404, "invalid_request_error"),
        ("POST", "/v1/", 404, "invalid_request_error"),
        ("POST", "/v1/Chat/Completions", 404, "invalid_request_error"),
        ("POST", "/v1/deployments/m/chat/completions", 404, "invalid_request_error"),
        ("POST", "/v1/openai/Deployments/m/chat/completions", 404, "invalid_request_error"),
        ("POST", "/v1/engines/m/completions", 404, "invalid_request_error"),
        ("POST", "/v1/../v1/chat/completions", 400, "invalid_request_error"),
        ("POST", "/v1/./chat", 400, "invalid_request_error"),
        ("POST", "/v1/files/%2e%2e/x", 400, "invalid_request_error"),
        ("POST", "/v1/chat%2fcompletions", 400, "invalid_request_error"),
        ("POST", "/v1/%63hat/completions", 400, "invalid_request_error"),
        ("POST", "/v1/files/a%00", 400, "invalid_request_error"),
        ("POST", "/v1/files/a%0d%0ab", 400, "invalid_request_error"),
        ("POST", "/v1/files/a%", 400, "invalid_request_error"),
        ("POST", "/v1/files/a%zz", 400, "invalid_request_error"),
        (#"POST"#, #"/v1/files\x"#, 400, "invalid_request_error"),
    ])
    func aBadPathOrMethodIsRefused(_ method: String, _ path: String, _ status: Int, _ code: String)
    {
        let error = #expect(throws: ProxyError.self) {
            try OpenAIRequestParser().accept(head(method, path))
        }
        #expect(error?.status == status)
        #expect(error?.code == code)
    }

    @Test(arguments: ["/", "/v1", "/v2/chat/completions", "/v1x/chat", "/chat/completions"])
    func otherPathsAreNotOurs(_ path: String) throws {
        #expect(try OpenAIRequestParser().accept(head("POST", path)) == nil)
    }

    @Test(arguments: [
        ("/v1/files/a%20b", "/files/a%20b", "files"),
        ("/v1/audio/speech", "/audio/speech", "audio"),
        ("/v1/responses/resp_1", "/responses/resp_1", "responses"),
        ("/v1/made-up-42/x", "/made-up-42/x", "other"),
    ])
    func otherPathsPassWithAFewNames(_ path: String, _ below: String, _ name: String) throws {
        let request = try parse("", path, method: "GET", type: nil)
        #expect(request.endpoint == .other(name))
        #expect(request.path == below)
        #expect(request.model == nil)
        #expect(request.body.count == 0)
    }

    @Test func theQueryIsKept() throws {
        #expect(
            try parse("", "/v1/files?after=x&limit=2", method: "GET", type: nil).query
                == "after=x&limit=2")
    }

    @Test(
        arguments: [
            (#"{"model":"m","x":1}"#, "m"), (#"{"x":1}"#, nil), (#"{"model":7}"#, nil),
            ("[1]", nil),
        ] as [(String, String?)])
    func anotherPathsJSONIsReadForItsModel(_ body: String, _ model: String?) throws {
        let request = try parse(body, "/v1/moderations")
        #expect(request.model == model)
        #expect(request.json?.bytes == Array(body.utf8))
    }

    @Test(arguments: [
        "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
    ])
    func aWrongContentTypeIsRefused(_ type: String) {
        let error = #expect(throws: ProxyError.self) { try parse(#"{"model":"a"}"#, type: type) }
        #expect(error?.status == 400)
        #expect(error?.code == "unsupported_content_type")
    }

    @Test(arguments: [
        "application/json", "Application/JSON; charset=utf-8", "application/vnd.x+json",
    ])
    func aJSONContentTypeIsTaken(_ type: String) throws {
        #expect(try parse(#"{"model":"a"}"#, type: type).model == "a")
    }

    @Test func aMissingContentTypeIsTakenForJSON() throws {
        #expect(try parse(#"{"model":"a"}"#, type: nil).model == "a")
    }

    @Test(arguments: [["gzip"], ["identity", "gzip"]])
    func anEncodedBodyIsRefused(_ codings: [String]) {
        let head = head(
            "POST", "/v1/chat/completions", fields: codings.map { ("content-encoding", $0) })
        let error = #expect(throws: ProxyError.self) { try OpenAIRequestParser().accept(head) }
        #expect(error?.status == 415)
    }

    @Test(arguments: ["/v1/chat/completions", "/v1/files"])
    func twoContentTypesAreRefused(_ path: String) {
        let types = [("content-type", "application/json"), ("Content-Type", "application/json")]
        let error = #expect(throws: ProxyError.self) {
            try OpenAIRequestParser().accept(head("POST", path, fields: types))
        }
        #expect(error?.status == 400)
    }

    @Test func aModelNameHasALimit() {
        #expect(throws: Never.self) {
            try parse(#"{"model":"\#(String(repeating: "x", count: OpenAIBody.longestModel))"}"#)
        }
        #expect(throws: ProxyError.self) {
            try parse(
                #"{"model":"\#(String(repeating: "x", count: OpenAIBody.longestModel + 1))"}"#)
        }
    }
}
