import SluiceConfig
import Testing

@Suite struct SectionTests {
    private let text = """
        [server]
        listn = "a"

        [server.tls]
        certificate = "c"

        [[providers]]
        name = "openai"
        type = "openai"

        [[providers]]
        type = "echo"
        retry = { atempts = 3 }

        [[providers]]
        url = "u"

        [[processors]]
        type = "rules"
        [[processors.rules]]
        wehn = 1
        """

    @Test func aSectionKnowsItsName() throws {
        let root = try parse(text)
        #expect(root.path == "")
        #expect(root.name == "")
        #expect(try root.section("server")?.section("tls")?.path == "[server.tls]")
        #expect(
            try root.sections("providers").map(\.path) == [
                "[[providers]] #1 (openai)", "[[providers]] #2 (echo)", "[[providers]] #3",
            ])
        #expect(
            try root.sections("providers").map(\.name) == ["providers", "providers", "providers"])
        #expect(try root.section("nowhere") == nil)
        #expect(try root.sections("nowhere").isEmpty)
    }

    @Test func everyUnreadKeyIsReportedWithTheNearestOneAndItsLine() throws {
        let root = try parse(text)
        let server = try #require(try root.section("server"))
        _ = try server.optionalString("listen")
        _ = try server.section("tls")?.optionalString("key")
        for provider in try root.sections("providers") {
            _ = try provider.optionalString("name")
            _ = try provider.optionalString("type")
            _ = try provider.section("retry")?.int("attempts", default: 1)
        }
        for processor in try root.sections("processors") {
            _ = try processor.string("type")
            for rule in try processor.sections("rules") { _ = try rule.value("when") }
        }
        #expect(
            failure(root.rejectUnreadKeys) == """
                line 2: unknown key 'listn' in [server]; did you mean 'listen'?
                line 5: unknown key 'certificate' in [server.tls]
                line 13: unknown key 'atempts' in [providers.retry] of [[providers]] #2 (echo); did you mean 'attempts'?
                line 16: unknown key 'url' in [[providers]] #3
                line 21: unknown key 'wehn' in [[processors.rules]] #1 of [[processors]] #1 (rules); did you mean 'when'?
                """)
    }

    @Test func anUnknownSectionIsReported() throws {
        let root = try parse("[sevrer]\nlisten = \"a\"")
        _ = try root.section("server")
        #expect(
            failure(root.rejectUnreadKeys)
                == "line 1: unknown section 'sevrer'; did you mean 'server'?")
    }

    @Test func aSectionReadThroughSeveralHandlesIsReadOnce() throws {
        let root = try parse("[server]\na = 1\nb = 2")
        _ = try root.section("server")?.int("a")
        _ = try root.section("server")?.int("b")
        try root.rejectUnreadKeys()
    }

    @Test func aSectionWhoseReadingBrokeOffIsNotHeldToItsUnreadKeys() throws {
        let root = try parse("[server]\na = \"x\"\nb = 2\n[server.tls]\nc = 1\n[other]\nz = 1")
        var errors = ConfigurationErrors()
        _ = try errors.attempt { _ = try root.section("server")?.section("tls")?.string("c") }
        _ = try errors.attempt { _ = try root.section("other") }
        _ = try errors.attempt { try root.rejectUnreadKeys() }
        #expect(
            failure(errors.throwIfAny) == """
                line 5: 'c' in [server.tls]: expected a string, found an integer
                line 7: unknown key 'z' in [other]
                """)
    }

    @Test func aTableWhereAListIsExpectedIsRefused() throws {
        let root = try parse("[providers]\nname = \"a\"\n[[server]]\nx = 1")
        #expect(
            failure { _ = try root.sections("providers") }
                == "line 1: 'providers' at the top level: expected a list of sections [[providers]], found a table"
        )
        #expect(
            failure { _ = try root.section("server") }
                == "line 3: 'server' at the top level: expected a section [server], found a list")
    }

    @Test func aRuleOfItsOwnIsReportedWithThePlace() throws {
        let root = try Configuration.parse("[pool]\nmin = 5\nmax = 3", file: "proxy.conf")
        let pool = try #require(try root.section("pool"))
        #expect(
            pool.error("must not be above 'max'", key: "min").description
                == "proxy.conf:2: 'min' in [pool]: must not be above 'max'")
        #expect(
            pool.error("needs a store", suggestion: "add [store]").description
                == "proxy.conf:1: [pool]: needs a store; add [store]")
    }

    @Test func whatWasReadIsFreed() throws {
        func read() throws -> () -> Section? {
            let root = try parse("[a]\nx = 1\n[a.b]\ny = 2\n[[c]]\nz = 3")
            _ = try root.section("a")?.section("b")?.int("y", default: 0)
            let member = try root.sections("c").first
            return { [weak root] in
                // A section may outlive the one around it.
                _ = member?.error("x")
                return root
            }
        }
        #expect(try read()() == nil)
    }
}
