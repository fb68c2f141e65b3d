import SluiceCore
import SluiceJSON
import SluiceTesting
import SluiceWire
import Synchronization
import Testing

@testable import Sluice

/// Lists of models: ours, and those that providers give.
struct ModelTests {
    private static let local = "http://127.0.0.1:1234/v1/models"
    private static let gpu = "http://gpu:8000/v1/models"

    private static func list(_ names: String...) -> (status: Int, body: String)? {
        let items = names.map { #"{"id":"\#($0)","object":"model"}"# }
        return (200, #"{"object":"list","data":[\#(items.joined(separator: ","))]}"#)
    }

    private let settings: ProxySettings

    init() throws {
        settings = try SluiceTests.settings(
            """
            [[providers]]
            name = "local"
            type = "lmstudio"

            [[providers]]
            name = "gpu"
            type = "vllm"
            url = "http://gpu:8000/v1"
            models = ["meta/llama-3", "qwen*"]

            [[providers]]
            name = "fixed"
            type = "openai"
            models = ["gpt-4.1", "meta/llama-3"]
            """)
    }

    private func makeDirectory(_ interval: Duration = .seconds(3600)) -> ModelDirectory {
        ModelDirectory(settings.listings, refreshInterval: interval)
    }

    private func names(_ directory: ModelDirectory) -> [String] {
        directory.entries(settings.providers).map { "\($0.id) of \($0.owner)" }
    }

    @Test func aReloadKeepsWhatTheProvidersListed() async {
        let former = makeDirectory()
        await former.refresh(context(ScriptedFetcher([Self.local: Self.list("phi")])))
        let directory = makeDirectory()
        directory.inherit(former)
        #expect(directory.lists("phi", provider: "local"))
        #expect(!directory.lists("phi", provider: "gpu"))
        let fetcher = ScriptedFetcher([Self.local: Self.list("gemma")])
        await directory.refresh(context(fetcher))
        #expect(!directory.lists("phi", provider: "local"))
        #expect(directory.lists("gemma", provider: "local"))
    }

    @Test func configuredAndListedModelsAreShownOnceInTheOrderOfTheFile() async {
        let fetcher = ScriptedFetcher([
            Self.local: Self.list("phi", "gemma"),
            Self.gpu: Self.list("qwen-3", "meta/llama-3", "mistral"),
        ])
        let directory = makeDirectory()
        await directory.refresh(context(fetcher))
        #expect(
            names(directory) == [
                "phi of local", "gemma of local", "meta/llama-3 of gpu", "qwen-3 of gpu",
                "gpt-4.1 of fixed",
            ])
        #expect(fetcher.asked.sorted() == [Self.local, Self.gpu])
        #expect(directory.lists("phi", provider: "local"))
        #expect(!directory.lists("phi", provider: "gpu"))
    }

    @Test func aProviderThatFailedIsAskedAgainSoon() async {
        let start = ContinuousClock.now
        let time = Mutex(start)
        let asks = Mutex(0)
        let directory = ModelDirectory(
            settings.listings, refreshInterval: .seconds(300), now: { time.withLock { $0 } },
            ask: { _ in asks.withLock { $0 += 1 } })
        let fetcher = ScriptedFetcher([Self.local: Self.list("phi")])
        await directory.refresh(context(fetcher))
        time.withLock { $0 = start + .seconds(4) }
        directory.missed("qwen-3")
        await directory.refresh(context(fetcher))
        #expect(fetcher.asked.count == 2)
        #expect(asks.withLock { $0 } == 0)
        time.withLock { $0 = start + .seconds(5) }
        fetcher.set(Self.gpu, Self.list("qwen-3"))
        directory.missed("qwen-3")
        #expect(asks.withLock { $0 } == 1)
        await directory.refresh(context(fetcher))
        #expect(fetcher.asked.count == 3)
        #expect(fetcher.asked.last == Self.gpu)
        #expect(directory.lists("qwen-3", provider: "gpu"))
    }

    @Test(.timeLimit(.minutes(1))) func providersAreAskedAtTheSameTime() async {
        let fetcher = MeetingFetcher(count: 2)
        await makeDirectory().refresh(context(fetcher))
    }

    @Test func aListIsNotAskedForAgainWithinTheInterval() async {
        let fetcher = ScriptedFetcher([
            Self.local: Self.list("phi"), Self.gpu: Self.list("qwen-3"),
        ])
        let directory = makeDirectory()
        await directory.refresh(context(fetcher))
        await directory.refresh(context(fetcher))
        #expect(fetcher.asked.count == 2)
    }

    @Test(arguments: [nil, (500, "{}"), (200, "<html>")] as [(status: Int, body: String)?])
    func aProviderThatFailsKeepsItsOldList(failure: (status: Int, body: String)?) async {
        let fetcher = ScriptedFetcher([Self.local: Self.list("phi")])
        let directory = makeDirectory(.zero)
        await directory.refresh(context(fetcher))
        fetcher.set(Self.local, failure)
        fetcher.set(Self.gpu, Self.list("qwen-3"))
        await directory.refresh(context(fetcher))
        #expect(names(directory).contains("phi of local"))
        #expect(names(directory).contains("qwen-3 of gpu"))
    }

    @Test func aStaleListIsReplaced() async {
        let fetcher = ScriptedFetcher([Self.local: Self.list("phi")])
        let directory = makeDirectory(.zero)
        await directory.refresh(context(fetcher))
        fetcher.set(Self.local, Self.list("gemma"))
        await directory.refresh(context(fetcher))
        #expect(names(directory).first == "gemma of local")
        #expect(!directory.lists("phi", provider: "local"))
    }

    // MARK: The endpoint

    private func ask(_ path: String) async throws -> JSONDocument {
        let endpoint = ModelsEndpoint(makeDirectory(), providers: settings.providers)
        let head = RequestHead(method: .get, path: path)
        #expect(endpoint.serves(head))
        let fetcher = ScriptedFetcher([Self.local: Self.list("phi", "50% off?")])
        let response = try await endpoint.answer(head, body: [], context: context(fetcher))
        guard case .bytes(let bytes) = response.body else { throw NotBytes() }
        #expect(response.status == 200)
        return try JSONDocument(parsing: bytes)
    }

    private struct NotBytes: Error {}

    @Test func theListHasOpenAIsShape() async throws {
        let list = try await ask("/v1/models").root
        #expect(list["object"]?.string == "list")
        #expect(list["data"]?[0]?["id"]?.string == "phi")
        #expect(list["data"]?[0]?["object"]?.string == "model")
        #expect(list["data"]?[0]?["owned_by"]?.string == "local")
        #expect((list["data"]?[0]?["created"]?.int ?? 0) > 1_700_000_000)
    }

    @Test(arguments: [
        ("/v1/models/gpt-4.1", "gpt-4.1"),
        ("/v1/models/meta/llama-3", "meta/llama-3"),
        ("/v1/models/meta%2Fllama-3", "meta/llama-3"),
        ("/v1/models/50%25%20off%3F", "50% off?"),
    ])
    func aModelIsFoundByItsName(path: String, id: String) async throws {
        #expect(try await ask(path).root["id"]?.string == id)
    }

    @Test(arguments: ["/v1/models/nobody", "/v1/models/", "/v1/models/gpt-4.1/", "/v1/models/%zz"])
    func anUnknownModelIsNotFound(path: String) async throws {
        let error = await #expect(throws: ProxyError.self) { try await ask(path) }
        #expect(error?.status == 404)
        #expect(error?.code == "model_not_found")
    }

    @Test func deletingAModelIsTheProvidersAffair() {
        let endpoint = ModelsEndpoint(makeDirectory(), providers: settings.providers)
        #expect(!endpoint.serves(RequestHead(method: .delete, path: "/v1/models/x")))
        #expect(!endpoint.serves(RequestHead(method: .get, path: "/v1/modelsx")))
    }
}
