import SluiceCrypto
import SluiceProviders
import SluiceTesting
import SluiceWire
import Testing

@testable import SluiceCore

/// Who is let in by the key of a request, with and without a task.
struct AdmissionTests {
    private let blue = Client(name: "blue")

    /// The same pipeline on its two ways: with a processor every request takes a task.
    private func both(_ end: Int? = nil) throws -> [PipelineHarness] {
        let entries = [
            ClientDirectory.Entry(hash: TestKey.sha256(TestKey.quick), client: blue, end: end)
        ]
        return [
            try harness(entries),
            try harness(entries, processors: [Traced { $0.leavesStage = false }]),
        ]
    }

    @Test(arguments: [
        [("authorization", "Bearer \(TestKey.quick)")],
        [("Authorization", "bearer   \(TestKey.quick)")],
        [("x-api-key", TestKey.quick)], [("api-key", TestKey.quick)],
        [("x-api-key", TestKey.quick), ("authorization", "Bearer \(TestKey.quick)")],
        [("authorization", "Bearer \(TestKey.quick)"), ("x-api-key", "")],
    ])
    func theRightKeyLetsIn(_ pairs: [(String, String)]) async throws {
        for harness in try both() {
            var headers = HeaderFields()
            for (name, value) in pairs { headers.append(HeaderName(name), value) }
            await harness.send(chat, headers: headers)
            #expect(harness.writer.head?.status == 200)
            #expect(harness.record?.clientName == "blue")
            let sent = harness.transport.requests[0]
            #expect(!"\(sent.headers.pairs)\(sent.body.bytes)".contains("canary"))
        }
    }

    @Test(
        arguments: [
            ([], "invalid_api_key", "You didn't provide an API key."),
            (
                [("authorization", "Bearer slk-0000000000-quick-canarz")], "invalid_api_key",
                "Incorrect API key provided."
            ),
            ([("authorization", "Bearer \(TestKey.quick)x")], "invalid_api_key", "Incorrect"),
            ([("authorization", TestKey.quick)], "invalid_api_key", "Incorrect"),
            ([("authorization", "Basic \(TestKey.quick)")], "invalid_api_key", "Incorrect"),
            ([("authorization", "Bearer ")], "invalid_api_key", "Incorrect"),
            ([("authorization", "Bearer")], "invalid_api_key", "Incorrect"),
            ([("api-key", String(repeating: "x", count: 513))], "invalid_api_key", "Incorrect"),
            ([("x_api_key", TestKey.quick)], "invalid_api_key", "You didn't"),
            (
                [("authorization", "Bearer \(TestKey.quick)"), ("x-api-key", "slk-other-canary")],
                "ambiguous_api_key", "more than one API key"
            ),
            (
                [
                    ("authorization", "Bearer \(TestKey.quick)"),
                    ("authorization", "Bearer slk-canary"),
                ],
                "ambiguous_api_key", "more than one"
            ),
            (
                [
                    ("authorization", "Bearer \(TestKey.quick)"),
                    ("authorization", "Bearer \(TestKey.quick)"),
                ],
                "ambiguous_api_key", "more than one"
            ),
            (
                [("authorization", "Basic canary"), ("x-api-key", TestKey.quick)],
                "ambiguous_api_key", "more than one"
            ),
            (
                [("x-api-key", TestKey.quick), ("authorization", "Basic canary")],
                "ambiguous_api_key", "more than one"
            ),
        ] as [([(String, String)], String, String)])
    func anythingElseIsRefusedBeforeTheBodyIsRead(
        _ pairs: [(String, String)], _ code: String, _ words: String
    ) async throws {
        for harness in try both() {
            var headers = HeaderFields()
            for (name, value) in pairs { headers.append(HeaderName(name), value) }
            await harness.send("{", headers: headers)
            let isAmbiguous = code == "ambiguous_api_key"
            #expect(harness.writer.head?.status == (isAmbiguous ? 400 : 401))
            #expect(
                harness.writer.head?.headers[.wwwAuthenticate] == (isAmbiguous ? nil : "Bearer"))
            #expect(harness.writer.text.contains(#""code":"\#(code)""#))
            #expect(harness.writer.text.contains(#""type":"invalid_request_error""#))
            #expect(harness.writer.text.contains(words))
            #expect(!harness.writer.text.contains("canar"))
            #expect(harness.transport.requests.isEmpty)
            let record = try #require(harness.record)
            #expect(record.route == "/v1/chat/completions")
            #expect(record.clientName == nil)
            #expect(record.bytesIn == 0)
            #expect(!"\(record)".contains("canar"))
        }
    }

    @Test(
        arguments: [
            (TestKey.quick + "x", 999_999, "key 0000000000: unknown"),
            (TestKey.quick, 1, "key 0000000000: expired"),
            ("slk-3333333333-canary-canary", 1, "key 3333333333: unknown"),
            ("slk-1111111111-slow-canarz", 1, "key 1111111111: wrong"),
            ("slk-canary", 1, "key: unknown, of another form"),
            ("sk-0123456789-canary-canary", 1, "key: unknown, of another form"),
            ("slk-CANARY4567-canary-canary", 1, "key: unknown, of another form"),
            (String(repeating: "canary", count: 100), 1, "key: no key of at most 512 bytes"),
            ("", 1, nil),
        ] as [(String, Int, String?)])
    func theLogAloneSaysWhichKeyWasRefusedAndWhy(
        _ key: String, _ end: Int, _ detail: String?
    ) async throws {
        let slow = try #require(TestKey.slowHash)
        let entries = [
            ClientDirectory.Entry(hash: TestKey.sha256(TestKey.quick), client: blue, end: end),
            ClientDirectory.Entry(hash: .argon2id(id: "1111111111", slow), client: blue),
        ]
        for processors in [[], [Traced { $0.leavesStage = false }]] {
            let harness = try harness(entries, processors: processors)
            for _ in 0..<2 {
                await harness.send(chat, headers: fields(("api-key", key)))
                #expect(harness.writer.head?.status == 401)
                #expect(harness.record?.errorDetail == detail)
                #expect(!"\(harness.record as Any)".lowercased().contains("canar"))
                #expect(!harness.writer.text.contains("key 0"))
                #expect(!harness.writer.text.contains("unknown"))
            }
        }
    }

    @Test(arguments: [
        ("/v1/nothing", "GET"), ("/v2", "POST"), ("/v1/chat/completions", "GET"),
        ("/v1/../x", "GET"),
        ("/", "OPTIONS"),
    ])
    func strangersLearnNothingOfPaths(_ path: String, _ method: String) async throws {
        for harness in try both() {
            await harness.send(RequestHead(method: HTTPMethod(method), path: path))
            #expect(harness.writer.head?.status == 401)
        }
    }

    @Test(arguments: [(1_001, 200), (1_000, 401), (999, 401)])
    func aKeyEndsAtItsTime(_ end: Int, _ status: Int) async throws {
        for harness in try both(end) {
            await harness.send(chat, headers: bearer(TestKey.quick))
            #expect(harness.writer.head?.status == status)
            #expect(harness.record?.clientName == "blue")
            #expect(harness.record?.errorCode == (status == 401 ? "expired_api_key" : nil))
        }
    }

    @Test func aProcessorLearnsWhoAsks() async throws {
        let log = Log()
        struct Asking: Processor {
            let log: Log
            func screen(_ head: RequestHead, context: ExchangeContext) async throws {
                log.add(context.client?.name ?? "nobody")
            }
        }
        let entry = ClientDirectory.Entry(hash: TestKey.sha256(TestKey.quick), client: blue)
        let harness = try harness([entry], processors: [Asking(log: log)])
        await harness.send(chat, headers: bearer(TestKey.quick))
        await harness.send(chat)
        #expect(log.lines == ["blue"])
    }

    @Test func withoutClientsNobodyIsAskedForAKey() async throws {
        let harness = try PipelineHarness(
            parser: OpenAIRequestParser(), answering: #"{"id":1}"#)
        await harness.send(chat, headers: bearer("anything"))
        #expect(harness.writer.head?.status == 200)
        #expect(harness.record?.clientName == nil)
    }
}
