import Foundation
import SluiceConfig
import SluiceServer
import Testing

@testable import Sluice

/// What `sluice check` says of clients, and of listeners that strangers reach.
struct ClientSectionTests {
    private static let echo = "[[providers]]\ntype = \"echo\"\n"
    private static let hash = "sha256:" + String(repeating: "0a", count: 32)
    private static let other = "sha256:" + String(repeating: "0b", count: 32)
    private static let argon2 =
        "0000000000:$argon2id$v=19$m=19456,t=2,p=1$6zQqopCRMmLwsaQTvC/k7g$DNJ9RkXyXA48JQ8FruPmrc1vlSgAN1+kXwOHmCffvQc"

    private func complaint(_ text: String) -> String {
        do {
            _ = try settings(text)
            return "no complaint"
        } catch {
            return "\(error)"
        }
    }

    private static func client(_ lines: String, name: String = "blue") -> String {
        "[[clients]]\nname = \"\(name)\"\n\(lines)\n"
    }

    @Test func everyKeyOfASectionIsRead() throws {
        let text = Self.client(
            """
            keys = ["\(Self.hash)", { hash = "\(Self.argon2)", expires = 2027-01-31 }]
            expires = 2027-06-30T12:00:00Z
            models = ["gpt-4.1", "o*"]
            providers = "echo"
            """)
        let clients = try settings(Self.echo + text).clients
        let client = try #require(clients.first)
        #expect(client.name == "blue")
        #expect(client.keys.map(\.hash.text) == [Self.hash, Self.argon2])
        #expect(client.keys.map(\.end) == [1_814_356_800, 1_801_440_000])
        #expect(client.models == ["gpt-4.1", "o*"])
        #expect(client.providers == ["echo"])
    }

    @Test func theSummaryShowsClientsWithoutTheirHashes() throws {
        let summary = try settings(
            Self.echo
                + Self.client("keys = [\"\(Self.hash)\"]\nexpires = 2999-12-31\nmodels = \"m*\"")
                + Self.client(
                    "keys = [\"\(Self.other)\", \"\(Self.argon2)\"]\nproviders = [\"echo\"]",
                    name: "red")
                + Self.client(
                    "keys = [{ hash = \"sha256:\(String(repeating: "0c", count: 32))\", expires = 2020-01-01 }]",
                    name: "gone")
        ).summary
        #expect(
            summary == """
                listen      127.0.0.1:8080
                loops       one per processor
                provider    echo (echo): any model no other provider names
                client      blue: 1 key; expires at the end of 2999-12-31; models m*
                client      red: 2 keys; providers echo
                client      gone: 1 key; expired at the end of 2020-01-01
                """)
    }

    private static let expected =
        "expected \"sha256:…\" or \"ID:$argon2id$…\", as `sluice key new` and `sluice key hash` print it"

    private static let isKey =
        "looks like a key itself, and must be its hash: `sluice key hash` reads the key and prints what belongs here"

    @Test(arguments: [
        (client(""), "line 3: missing key 'keys' in [[clients]] #1 (blue)"),
        (client("keys = []"), "line 5: 'keys' in [[clients]] #1 (blue): must not be empty"),
        (
            client("keys = \"\(hash)\""),
            "line 5: 'keys' in [[clients]] #1 (blue): expected a list of strings or of tables with 'hash', found a string"
        ),
        (
            client("keys = [\"slk-0123456789-canary\"]"),
            "line 5: 'hash' in [[clients.keys]] #1 of [[clients]] #1 (blue): \(isKey)"
        ),
        (
            client("keys = [{ hash = \"correct-horse-battery-canary\" }]"),
            "line 5: 'hash' in [[clients.keys]] #1 of [[clients]] #1 (blue): \(isKey)"
        ),
        (
            client("keys = [\"SHA256:\(String(repeating: "0a", count: 32))\"]"),
            "line 5: 'hash' in [[clients.keys]] #1 of [[clients]] #1 (blue): \(expected)"
        ),
        (
            client("keys = [\"canary\"]"),
            "line 5: 'hash' in [[clients.keys]] #1 of [[clients]] #1 (blue): \(expected)"
        ),
        (
            client("keys = [\"\(hash)\", { hash = \"sha256:canary\" }]"),
            "line 5: 'hash' in [[clients.keys]] #2 of [[clients]] #1 (blue): \(expected)"
        ),
        (
            client("keys = [{ hash = \"\(hash)\", expire = 2027-01-31 }]"),
            "line 5: unknown key 'expire' in [[clients.keys]] #1 of [[clients]] #1 (blue); did you mean 'expires'?"
        ),
        (
            client("keys = [{ expires = 2027-01-31 }]"),
            "line 5: missing key 'hash' in [[clients.keys]] #1 of [[clients]] #1 (blue)"
        ),
        (
            client("keys = [\"\(hash)\"]\nexpires = \"2027-01-31\""),
            "line 6: 'expires' in [[clients]] #1 (blue): expected a date as 2027-01-31 or 2027-01-31T12:00:00Z, without quotes, found a string"
        ),
        (
            client("keys = [\"\(hash)\"]\nmodel = \"m\""),
            "line 6: unknown key 'model' in [[clients]] #1 (blue); did you mean 'models'?"
        ),
        (
            client("keys = [\"\(hash)\"]\nmodels = [\"m*x\"]"),
            "line 6: 'models' in [[clients]] #1 (blue): 'm*x': a pattern has its only '*' at the end"
        ),
        (
            client("keys = [\"\(hash)\"]\nmodels = []"),
            "line 6: 'models' in [[clients]] #1 (blue): names no model"
        ),
        (
            client("keys = [\"\(hash)\"]\nproviders = []"),
            "line 6: 'providers' in [[clients]] #1 (blue): names no provider"
        ),
        (
            client("keys = [\"\(hash)\"]\nproviders = [\"eko\"]"),
            "line 6: 'providers' in [[clients]] #1 (blue): no provider has the name 'eko'; there are: echo"
        ),
        (
            "[[clients]]\nkeys = [\"\(hash)\"]\n",
            "line 3: missing key 'name' in [[clients]] #1"
        ),
        (
            client("keys = [\"\(hash)\"]", name: "a\\nb"),
            "line 4: 'name' in [[clients]] #1 (a\\nb): may have 64 letters, digits, spaces and signs out of - _ . @ : / +"
        ),
        (
            client("keys = [\"\(hash)\"]") + client("keys = [\"\(other)\"]"),
            "line 7: 'name' in [[clients]] #2 (blue): another client has this name"
        ),
        (
            client("keys = [\"\(hash)\"]")
                + client("keys = [\"\(other)\", \"\(hash)\"]", name: "red"),
            "line 8: 'keys' in [[clients]] #2 (red): one of these keys stands there twice"
        ),
        (
            client("keys = [\"\(argon2)\", \"\(argon2)\"]"),
            "line 5: 'keys' in [[clients]] #1 (blue): one of these keys stands there twice"
        ),
    ])
    func aWrongSectionIsToldPreciselyWhatIsWrong(_ text: String, _ expected: String) {
        #expect(complaint(Self.echo + text) == expected)
    }

    @Test func aProviderDoesNotGetTheKeysOfThisProxy() {
        let text = "[[providers]]\nname = \"a\"\ntype = \"openai\"\ntoken = { client = true }\n"
        #expect(complaint(text) == "no complaint")
        #expect(
            complaint(text + Self.client("keys = [\"\(Self.hash)\"]"))
                == "line 4: 'token' in [[providers]] #1 (a): would get the clients' keys of this proxy, since there are [[clients]]; give it a token of its own"
        )
    }

    // MARK: Listeners

    private static let refusal =
        " is not of this machine alone, and nobody is asked for a key; add [[clients]] (see `sluice key new`), or say open = true in [server]"

    @Test(arguments: [
        "0.0.0.0:8080", ":8080", "[::]:80", "192.168.0.1:80", "example.org:80",
        "127.example.org:80", "127.0.0.1.nip.io:80",
    ])
    func strangersNeedAKeyOrAWordThatTheyNeedNone(_ address: String) throws {
        let shown = try ListenAddress(address).description
        let server = "[server]\nlisten = [\"127.0.0.1:1\", \"\(address)\"]\n"
        #expect(
            complaint(server + Self.echo) == "line 2: 'listen' in [server]: \(shown)" + Self.refusal
        )
        #expect(
            complaint(server + "open = false\n" + Self.echo)
                == "line 2: 'listen' in [server]: \(shown)" + Self.refusal)
        #expect(complaint(server + "open = true\n" + Self.echo) == "no complaint")
        #expect(
            complaint(server + Self.echo + Self.client("keys = [\"\(Self.hash)\"]"))
                == "no complaint")
        // A section that is wrong is the better answer.
        #expect(!complaint(server + Self.echo + Self.client("")).contains("open = true"))
    }

    @Test(arguments: ["127.0.0.1:1", "127.8.9.10:1", "[::1]:1", "localhost:1", "unix:/tmp/s"])
    func thisMachineMayAskWithoutAKey(_ address: String) {
        #expect(complaint("[server]\nlisten = \"\(address)\"\n" + Self.echo) == "no complaint")
    }

    @Test func whatCountsIsWhereItListens() async throws {
        let everywhere = [try ListenAddress("0.0.0.0:0")]
        let here = [try ListenAddress("127.0.0.1:0")]
        func start(_ text: String?, _ listen: [ListenAddress]) async -> String {
            do {
                let proxy = try await Proxy.start(
                    text.map { try Configuration.parse($0) }, listen: listen)
                await proxy.stop()
                return "no complaint"
            } catch {
                return "\(error)"
            }
        }
        #expect(await start(Self.echo, everywhere) == "0.0.0.0:0" + Self.refusal)
        #expect(await start(nil, everywhere) == "0.0.0.0:0" + Self.refusal)
        #expect(
            await start("[server]\nlisten = \"0.0.0.0:1\"\n" + Self.echo, here) == "no complaint")
        #expect(await start("[server]\nopen = true\n" + Self.echo, everywhere) == "no complaint")
    }

    @Test func whoeverGuardsNothingIsWarned() throws {
        let clients = Self.client("keys = [\"\(Self.hash)\"]")
        let open = "[server]\nlisten = [\"127.0.0.1:1\", \"0.0.0.0:2\"]\nopen = true\n" + Self.echo
        let gone = "there are no [[clients]] any more: nobody is asked for a key now"
        let strangers =
            "whoever reaches 0.0.0.0:2 uses the providers' keys: there are no [[clients]], and [server] has open = true"
        func warnings(_ text: String, askedForKeys: Bool) throws -> [String] {
            let settings = try settings(text)
            return settings.warnings(at: settings.serving.addresses, askedForKeys: askedForKeys)
        }
        #expect(try warnings(open, askedForKeys: false) == [strangers])
        #expect(try warnings(open, askedForKeys: true) == [gone, strangers])
        #expect(try warnings(Self.echo, askedForKeys: true) == [gone])
        #expect(try warnings(Self.echo, askedForKeys: false) == [])
        #expect(try warnings(open + clients, askedForKeys: true) == [])
        #expect(try settings(open).summary.contains("\nwarning     \(strangers)\n"))
        #expect(try !settings(open + clients).summary.contains("warning"))
    }

    @Test func aReloadDoesNotOpenWhatIsBoundAlready() async throws {
        let server = "[server]\nlisten = \"0.0.0.0:0\"\n"
        let clients = Self.client("keys = [\"\(Self.hash)\"]")
        let proxy = try await Proxy.start(Configuration.parse(server + Self.echo + clients))
        await #expect(throws: ConfigurationErrors.self) {
            try await proxy.reload(
                Configuration.parse("[server]\nlisten = \"127.0.0.1:0\"\n" + Self.echo))
        }
        #expect(
            try await proxy.pipeline.execute([], path: "/v1/models", method: .get).status == 401)
        await proxy.stop()
    }
}
