import SluiceConfig
import SluiceCore
import SluiceJSON
import SluiceTesting
import SluiceWire
import Testing

struct UpstreamErrorTests {
    static let key = "sk-secret-0123456789"

    private func bench(
        _ status: Int, _ body: String, type: String? = "application/json", isClients: Bool = false,
        _ fields: [(HeaderName, String)] = []
    ) -> Bench {
        let bench = Bench([.head(.of(status, type, fields)), .bytes(body)])
        bench.providers = [
            .scripted(tokens: Tokens([Credential(Self.key, isClients: isClients)]))
        ]
        return bench
    }

    @Test(arguments: [400, 404, 422, 429, 500, 503, 529])
    func theProvidersOwnErrorIsPassedOn(status: Int) async {
        let body = #"{"error":{"message":"why","code":"x"},"extra":[1,2]}"#
        let bench = bench(status, body, [("retry-after", "7"), ("set-cookie", "a")])
        await bench.send()
        #expect(bench.writer.head?.status == status)
        #expect(bench.writer.text == body)
        #expect(bench.writer.head?.headers["retry-after"] == "7")
        #expect(bench.writer.head?.headers.contains("set-cookie") == false)
        #expect(bench.record?.status == status)
        #expect(bench.record?.errorCode == "upstream_status_\(status)")
        #expect(bench.transport.requests.count == 1)
    }

    @Test(arguments: ["<html>Bad</html>", "", "{", #"{"detail":"x"}"#, "\u{FEFF}", "[1]"])
    func whatIsNoErrorObjectIsReplaced(body: String) async throws {
        let bench = bench(502, body, type: "text/html", [("retry-after", "7")])
        await bench.send()
        #expect(bench.writer.head?.status == 502)
        #expect(bench.writer.head?.headers[.contentType] == "application/json")
        #expect(bench.writer.head?.headers["retry-after"] == "7")
        let error = try JSONDocument(parsing: bench.writer.body).root["error"]
        #expect(error?["code"]?.string == "upstream_status_502")
        #expect(error?["type"]?.string == "server_error")
    }

    @Test func theCredentialIsTakenOutOfAnErrorInsideAStream() async {
        let bench = bench(
            200, "data: {\"error\":{\"message\":\"bad key \(Self.key)!\"}}\n\n",
            type: "text/event-stream")
        await bench.send(#"{"model":"m","stream":true,"messages":[]}"#)
        #expect(
            bench.writer.text == "data: {\"error\":{\"message\":\"bad key [redacted]!\"}}\n\n")
    }

    @Test func theCredentialIsTakenOut() async {
        let bench = bench(
            400, #"{"error":{"message":"bad key \#(Self.key) or \#(Self.key)!"}}"#)
        await bench.send()
        #expect(
            bench.writer.text == #"{"error":{"message":"bad key [redacted] or [redacted]!"}}"#)
    }

    @Test func othersOfTheProvidersSecretsAreTakenOutToo() async {
        let error = #"{"error":{"message":"bad gate key gate-canary, \#(Self.key)"}}"#
        let expected = #"{"error":{"message":"bad gate key [redacted], [redacted]"}}"#
        for (status, type, body) in [
            (400, "application/json", error), (200, "text/event-stream", "data: \(error)\n\n"),
        ] {
            for tokens in [Tokens([Credential(Self.key)]), nil] {
                let bench = bench(status, body, type: type)
                bench.providers = [.scripted(tokens: tokens, secrets: [Secret("gate-canary")])]
                await bench.send(#"{"model":"m","stream":true,"messages":[]}"#)
                #expect(!bench.writer.text.contains("canary"))
                #expect(bench.writer.text.contains(expected) == (tokens != nil))
            }
        }
    }

    @Test(arguments: [401, 403])
    func arefusalOfOurCredentialIsToldInOurWords(status: Int) async {
        let bench = bench(status, #"{"error":{"message":"key sk-se***6789 is wrong"}}"#)
        await bench.send()
        #expect(bench.writer.head?.status == status)
        #expect(bench.writer.text.contains("provider_rejected_credential"))
        #expect(!bench.writer.text.contains("sk-se"))
    }

    @Test func aRefusalOfTheClientsCredentialIsTheClientsAffair() async {
        let body = #"{"error":{"message":"your key is wrong"}}"#
        let bench = bench(401, body, isClients: true)
        await bench.send()
        #expect(bench.writer.text == body)
    }

    @Test(arguments: [301, 302, 307, 308])
    func aRedirectIsNotFollowed(status: Int) async {
        let bench = bench(status, "", [("location", "http://169.254.169.254/")])
        await bench.send()
        #expect(bench.writer.head?.status == 502)
        #expect(bench.transport.requests.count == 1)
        #expect(bench.writer.head?.headers.contains("location") == false)
        #expect(!bench.writer.text.contains("169.254"))
    }

    @Test func anErrorBodyIsHeldUpToItsLimit() async {
        let bench = bench(500, #"{"error":{"message":"0123456789"}}"#)
        bench.limits.errorBody = 10
        await bench.send()
        #expect(bench.writer.head?.status == 500)
        #expect(bench.writer.text.contains("upstream_status_500"))
    }
}
