import SluiceConfig
import SluiceJSON
import SluiceWire
import Testing

@testable import Sluice
@testable import SluiceCore

/// `POST /v1/tokens/count` of a whole proxy.
struct TokensEndpointTests {
    private static let models = """
        [[models]]
        name = "gpt-4o-guess"
        tokenizer = "estimate"
        """

    private func ask(
        _ body: String, method: HTTPMethod = .post, more: String = models,
        headers: HeaderFields = HeaderFields()
    ) async throws -> (status: Int, text: String) {
        let proxy = try await Proxy.start(
            Configuration.parse("[[providers]]\ntype = \"echo\"\n" + more), listen: [])
        let answer = try await proxy.pipeline.execute(
            Array(body.utf8), path: "/v1/tokens/count", method: method, headers: headers)
        let text = String(decoding: try await answer.body.collect(), as: UTF8.self)
        await proxy.stop()
        return (answer.status, text)
    }

    @Test(arguments: [
        (#"{"model":"gpt-4o","input":"hello world"}"#, 2, "o200k_base", true),
        (#"{"model":"gpt-4o","input":["hello","hello world",""]}"#, 3, "o200k_base", true),
        (#"{"model":"text-embedding-3-small","input":[1,2,3]}"#, 3, "cl100k_base", true),
        (
            #"{"model":"gpt-4","messages":[{"role":"user","content":"hello world"}]}"#, 9,
            "cl100k_base", true
        ),
        (
            #"{"model":"gpt-4o","input":[{"role":"user","content":"hello world"}]}"#, 9,
            "o200k_base", false
        ),
        (#"{"model":"gpt-4o","prompt":"hello world"}"#, 2, "o200k_base", true),
        // 2 words and 11 characters: (2.6 + 2.75) / 2.
        (#"{"model":"gpt-4o-guess","input":"hello world"}"#, 3, "estimate", false),
        (#"{"model":"llama","input":"hello world"}"#, 3, "estimate", false),
    ])
    func textsAndRequestsAreCounted(
        body: String, tokens: Int, tokenizer: String, isExact: Bool
    ) async throws {
        let answer = try await ask(body)
        #expect(answer.status == 200)
        #expect(
            answer.text
                == #"{"tokens":\#(tokens),"tokenizer":"\#(tokenizer)","exact":\#(isExact)}"#)
    }

    @Test(arguments: [
        ("{", 400, "We could not parse"), (#"{"input":"x"}"#, 400, "'model'"),
        (#"{"model":"m"}"#, 400, "'input' or 'messages'"),
        (#"{"model":"m","messages":"x"}"#, 400, "expected an array"),
        (#"{"model":"m","input":{}}"#, 400, "expected a string or an array"),
        (#"{"model":5,"input":"x"}"#, 400, "Invalid type for 'model': expected a string."),
        (#"{"model":null,"input":"x"}"#, 400, "Missing required parameter: 'model'."),
        (#"{"model":"m","input":[1.5]}"#, 400, "token ids"),
        (#"{"model":"m","input":[-1]}"#, 400, "token ids"),
        (#"{"model":"m","input":["a",1]}"#, 400, "token ids"),
        (#"{"model":"m","input":[[1],[-1]]}"#, 400, "token ids"),
        (#"{"model":"m","prompt":[[1],"a"]}"#, 400, "Invalid type for 'prompt'"),
    ])
    func whatCannotBeCountedIsRefused(body: String, status: Int, word: String) async throws {
        let answer = try await ask(body)
        #expect(answer.status == status)
        #expect(answer.text.contains(word))
        #expect(answer.text.contains(#""type":"invalid_request_error""#))
    }

    @Test func anAliasIsCountedAsTheModelThatItStandsFor() async throws {
        let aliases = """
            [[processors]]
            type = "rewrite-model"
            [processors.aliases]
            "fast" = "quick"
            [[processors]]
            type = "rewrite-model"
            [processors.aliases]
            "quick" = { model = "gpt-4o" }
            """
        for model in ["fast", "quick"] {
            let answer = try await ask(
                #"{"model":"\#(model)","input":"hello world"}"#, more: aliases)
            #expect(answer.text == #"{"tokens":2,"tokenizer":"o200k_base","exact":true}"#)
        }
    }

    @Test func onlyPostsAreAnswered() async throws {
        #expect(try await ask("", method: .get).status == 405)
    }

    @Test func aTextLongerThanTheLimitIsRefused() async throws {
        let body = #"{"model":"m","input":"\#(String(repeating: "x", count: 3_000))"}"#
        #expect(try await ask(body, more: "[server]\nmax_body = \"2KiB\"").status == 413)
    }

    @Test func aLongTextIsCountedToo() async throws {
        let text = String(repeating: "hello world ", count: 20_000)
        let answer = try await ask(#"{"model":"llama","input":"\#(text)"}"#)
        #expect(answer.text.contains(#""tokens":56000"#))
    }

    @Test func longCountsTakeTurns() throws {
        let turns = CountTurns()
        #expect(turns.take("blue"))
        #expect(!turns.take("blue"))
        turns.giveBack("blue")
        for client in ["blue", "red", "green", "white"] { #expect(turns.take(client)) }
        #expect(!turns.take("black"))
        turns.giveBack("red")
        #expect(turns.take("black"))
    }

    @Test func aClientHasOneLongCountAtATime() async throws {
        let proxy = try await Proxy.start(
            Configuration.parse("[[providers]]\ntype = \"echo\""), listen: [])
        let text = String(repeating: "hello wörld, ", count: 200_000)
        let long = Array(#"{"model":"gpt-4o","input":"\#(text)"}"#.utf8)
        let short = Array(#"{"model":"gpt-4o","input":"hello"}"#.utf8)
        let pipeline = proxy.pipeline
        let statuses = await withTaskGroup { group in
            for body in [long, long, long, long, short, short] {
                group.addTask {
                    (try? await pipeline.execute(body, path: "/v1/tokens/count"))?.status ?? 0
                }
            }
            return await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
        }
        #expect(statuses[200, default: 0] >= 3)
        #expect(statuses[429, default: 0] >= 1)
        #expect(statuses.values.reduce(0, +) == 6)
        let later = try await pipeline.execute(long, path: "/v1/tokens/count")
        #expect(later.status == 200)
        await proxy.stop()
    }

    @Test func clientsNeedTheirKeyAndCountForTheirModelsAlone() async throws {
        let key = ClientKey()
        let hash = try #require(key.hash(isSlow: false)?.text)
        let clients = """
            [[clients]]
            name = "blue"
            keys = ["\(hash)"]
            models = ["gpt-*"]
            """
        let body = #"{"model":"gpt-4o","input":"hello"}"#
        #expect(try await ask(body, more: clients).status == 401)
        var headers = HeaderFields()
        headers.append(.authorization, "Bearer \(key.text)")
        #expect(try await ask(body, more: clients, headers: headers).status == 200)
        // As the same client is answered in chats.
        let other = #"{"model":"llama","input":"hello"}"#
        let refused = try await ask(other, more: clients, headers: headers)
        #expect(refused.status == 403)
        #expect(refused.text.contains("Client `blue` does not have access to model `llama`."))
    }
}
