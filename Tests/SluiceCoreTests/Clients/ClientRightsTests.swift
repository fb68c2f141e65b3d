import SluiceProviders
import SluiceTesting
import SluiceWire
import Testing

@testable import SluiceCore

/// What a client may ask for once it is known.
struct ClientRightsTests {
    private func send(
        _ body: String, path: String = "/v1/chat/completions", as client: Client
    ) async throws -> [PipelineHarness] {
        let entry = ClientDirectory.Entry(hash: TestKey.sha256(TestKey.quick), client: client)
        let harnesses = [
            try harness([entry]),
            try harness([entry], processors: [Traced { $0.leavesStage = false }]),
        ]
        for harness in harnesses {
            await harness.send(body, path: path, headers: bearer(TestKey.quick))
        }
        return harnesses
    }

    private let narrow = Client(name: "narrow", models: ["gpt-4.1", "o*"])

    @Test(arguments: [
        (#"{"model":"gpt-4.1","messages":[]}"#, "/v1/chat/completions"),
        (#"{"model":"o3","messages":[],"models":null}"#, "/v1/chat/completions"),
        (#"{"model":"o3","messages":[],"models":["gpt-4.1","o1"]}"#, "/v1/chat/completions"),
        (#"{"model":"gpt-4.1","input":"x"}"#, "/v1/responses"),
        (#"{"model":"o3","prompt":"x"}"#, "/v1/images/generations"),
        (
            #"{"model":"o3","tools":[{"type":"image_generation","model":"o4"},{"type":"function","name":"model","parameters":{"type":"object","properties":{"model":{"type":"string"},"models":{"type":"array"}},"required":["model"]}},{"type":"web_search","model":null}]}"#,
            "/v1/responses"
        ),
        (#"{"model":"o3","metadata":{"model":"gpt-5"},"input":[{"model":"x"}]}"#, "/v1/responses"),
        (
            #"{"model":"o3","fallbacks":["o1",{"model":"o4"}],"messages":[]}"#,
            "/v1/chat/completions"
        ),
        (#"{"model":"o3","fallback":"o1","messages":[],"tools":null}"#, "/v1/chat/completions"),
        (#"{"model":"o3","text":{"format":{"type":"text"}}}"#, "/v1/responses"),
    ])
    func itsOwnModelsPass(_ body: String, _ path: String) async throws {
        for harness in try await send(body, path: path, as: narrow) {
            #expect(harness.writer.head?.status == 200)
        }
    }

    @Test(arguments: [
        (#"{"model":"gpt-4.1-mini","messages":[]}"#, "/v1/chat/completions", "gpt-4.1-mini"),
        (#"{"model":"GPT-4.1","messages":[]}"#, "/v1/chat/completions", "GPT-4.1"),
        (#"{"model":"m\"\n","messages":[]}"#, "/v1/chat/completions", #"m\"\n"#),
        (#"{"model":"o3","messages":[],"models":["o3","gpt-5"]}"#, "/v1/chat/completions", "gpt-5"),
        (
            #"{"model":"o3","models":["o3"],"messages":[],"models":["gpt-5"]}"#,
            "/v1/chat/completions", "gpt-5"
        ),
        (#"{"model":"o3","messages":[],"models":[7]}"#, "/v1/chat/completions", "models"),
        (#"{"model":"o3","messages":[],"models":"gpt-5"}"#, "/v1/chat/completions", "models"),
        (#"{"model":"o3","messages":[],"models":{}}"#, "/v1/chat/completions", "models"),
        (#"{"model":"o3","messages":[],"Model":"gpt-5"}"#, "/v1/chat/completions", "gpt-5"),
        (#"{"model":"o3","messages":[],"model\u017f":["gpt-5"]}"#, "/v1/chat/completions", "gpt-5"),
        (#"{"model":"o3","messages":[],"MODEL":{}}"#, "/v1/chat/completions", "MODEL"),
        (
            #"{"model":"o3","messages":[],"fallbacks":["o1","gpt-5"]}"#, "/v1/chat/completions",
            "gpt-5"
        ),
        (
            #"{"model":"o3","messages":[],"fallbacks":[{"model":"gpt-5"}]}"#,
            "/v1/chat/completions",
            "gpt-5"
        ),
        (
            #"{"model":"o3","messages":[],"fallbacks":[{"o3":["gpt-5"]}]}"#, "/v1/chat/completions",
            "fallbacks"
        ),
        (#"{"model":"o3","messages":[],"fallback":"gpt-5"}"#, "/v1/chat/completions", "gpt-5"),
        (
            #"{"model":"o3","messages":[],"plugins":[{"id":"x","models":["o1","gpt-5"]}]}"#,
            "/v1/chat/completions", "gpt-5"
        ),
        (
            #"{"model":"o3","messages":[],"plugins":[{"id":"x","analysis_models":["gpt-5"]}]}"#,
            "/v1/chat/completions", "gpt-5"
        ),
        (
            #"{"model":"o3","messages":[],"plugins":[{"id":"fusion"}]}"#,
            "/v1/chat/completions", "fusion"
        ),
        (
            #"{"model":"o3","messages":[],"tools":[{"type":"openrouter:fusion"}]}"#,
            "/v1/chat/completions", "openrouter:fusion"
        ),
        (
            #"{"model":"o3","messages":[],"context_window_fallbacks":["gpt-5"]}"#,
            "/v1/chat/completions", "gpt-5"
        ),
        (
            #"{"model":"o3","messages":[],"tools":[{"type":"x"},{"type":"y","parameters":{"model":"gpt-5"}}]}"#,
            "/v1/chat/completions", "gpt-5"
        ),
        (
            #"{"model":"o3","messages":[],"moderation":{"model":"gpt-5"}}"#, "/v1/chat/completions",
            "gpt-5"
        ),
        (
            #"{"model":"o3","messages":[],"tools":[],"tools":[{"type":"image_generation","mod\u0065l":"gpt-5"}]}"#,
            "/v1/chat/completions", "gpt-5"
        ),
    ])
    func othersAreRefusedAsOpenAIRefusesThem(
        _ body: String, _ path: String, _ model: String
    ) async throws {
        for harness in try await send(body, path: path, as: narrow) {
            #expect(harness.writer.head?.status == 403)
            #expect(harness.writer.text.contains(#""code":"model_not_found""#))
            #expect(
                harness.writer.text.contains(
                    "Client `narrow` does not have access to model `\(model)`."))
            #expect(harness.transport.requests.isEmpty)
            #expect(harness.record?.clientName == "narrow")
            #expect(harness.record?.route == "/v1/chat/completions")
        }
    }

    @Test func theModelOfAToolIsOneOfItsModels() async throws {
        let body = #"{"model":"o3","tools":[{"type":"image_generation","model":"gpt-image-1"}]}"#
        for path in ["/v1/responses", "/v1/responses/input_tokens"] {
            for harness in try await send(body, path: path, as: narrow) {
                #expect(harness.writer.head?.status == 403)
                #expect(harness.writer.text.contains("`gpt-image-1`"))
                #expect(harness.transport.requests.isEmpty)
            }
            for harness in try await send(body, path: path, as: Client(name: "wide")) {
                #expect(harness.writer.head?.status == 200)
            }
        }
    }

    /// What was uploaded or stored before could name any model.
    @Test(arguments: [
        ("{}", "/v1/files"), (#"{"model":"o3"}"#, "/v1/batches"),
        (#"{"model":"o3"}"#, "/v1/fine_tuning/jobs"),
        (#"{"model":"o3"}"#, "/v1/threads/runs"), (#"{"prompt":"x"}"#, "/v1/images/generations"),
        (#"{"model":"o3"}"#, "/v1/unheard/of"),
    ])
    func pathsThatLeadToAnyModelAreRefused(_ body: String, _ path: String) async throws {
        for harness in try await send(body, path: path, as: narrow) {
            #expect(harness.writer.head?.status == 403)
            #expect(
                harness.writer.text.contains("may only make requests that name one of its models"))
            #expect(harness.transport.requests.isEmpty)
        }
        for harness in try await send(body, path: path, as: Client(name: "wide")) {
            #expect(harness.writer.head?.status == 200)
        }
    }

    @Test func theNameIsTheClientsWhateverProcessorsMakeOfIt() async throws {
        let entry = ClientDirectory.Entry(hash: TestKey.sha256(TestKey.quick), client: narrow)
        let renaming = Traced { traced in
            traced.leavesStage = false
            traced.processes = { request in
                request.model = "gpt-5"
                return .forward
            }
        }
        let harness = try harness([entry], processors: [renaming])
        await harness.send(#"{"model":"o3","messages":[]}"#, headers: bearer(TestKey.quick))
        #expect(harness.writer.head?.status == 200)
        #expect(harness.transport.requests.count == 1)
    }

    private func upload(
        _ fields: [(String, String)], as client: Client, _ front: String = "",
        _ type: String = "multipart/form-data; boundary=b"
    ) async throws -> PipelineHarness {
        let entry = ClientDirectory.Entry(hash: TestKey.sha256(TestKey.quick), client: client)
        let harness = try harness([entry])
        var headers = bearer(TestKey.quick)
        headers.append(.contentType, type)
        let parts = fields.map { name, value in
            "--b\r\ncontent-disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
        }
        await harness.send(
            RequestHead(method: .post, path: "/v1/audio/transcriptions", headers: headers),
            body: Array((front + parts.joined() + "--b--\r\n").utf8))
        return harness
    }

    @Test func aFormMayNotNameASecondModel() async throws {
        let file = ("file", String(repeating: "x", count: 5_000))
        let wide = Client(name: "wide")
        #expect(try await upload([("model", "o1"), file], as: narrow).writer.head?.status == 200)
        #expect(
            try await upload([("model", "gpt-5"), file], as: narrow).writer.head?.status == 403)
        let two = [("model", "o1"), file, ("model", "gpt-5")]
        let refused = try await upload(two, as: narrow)
        #expect(refused.writer.head?.status == 400)
        #expect(refused.writer.text.contains("duplicate_parameter"))
        #expect(refused.transport.requests.isEmpty)
        #expect(try await upload(two, as: wide).writer.head?.status == 200)
    }

    @Test func aFormMayNotBeReadInTwoWays() async throws {
        let fields = [("model", "o1"), ("file", "x")]
        let wide = Client(name: "wide")
        for (front, type) in [
            ("", "multipart/form-data; boundary=b; boundary=c"),
            ("--b\n\n\r\n", "multipart/form-data; boundary=b"),
        ] {
            let refused = try await upload(fields, as: narrow, front, type)
            #expect(refused.writer.head?.status == 400)
            #expect(refused.writer.text.contains(#""code":"ambiguous_form""#))
            #expect(refused.transport.requests.isEmpty)
            let taken = try await upload(fields, as: wide, front, type)
            #expect(taken.writer.head?.status == 200)
        }
    }

    @Test func onlyItsProvidersAreThere() async throws {
        let own = ConfiguredProvider.scripted("own", models: ["own-*"])
        let client = Client(
            name: "bound", routes: Routes(providers: [own], defaultProvider: nil))
        for harness in try await send(#"{"model":"m","messages":[]}"#, as: client) {
            #expect(harness.writer.head?.status == 404)
            #expect(
                harness.writer.text.contains(
                    "The model `m` does not exist or you do not have access to it."))
            #expect(harness.transport.requests.isEmpty)
        }
        for harness in try await send(#"{"model":"own-1","messages":[]}"#, as: client) {
            #expect(harness.writer.head?.status == 200)
            #expect(harness.record?.provider == "own")
        }
        for harness in try await send("{}", path: "/v1/files", as: client) {
            #expect(harness.record?.provider == "own")
        }
    }
}
