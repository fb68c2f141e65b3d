import SluiceConfig
import Testing

@testable import Sluice

/// What `sluice check` says. People read these sentences at bad moments, so they are held to the letter.
struct CheckTests {
    private static let echo = "[[providers]]\ntype = \"echo\"\n"

    private func complaint(_ text: String) -> String {
        do {
            _ = try settings(text, environment: ["EMPTY_HERE": ""])
            return "no complaint"
        } catch {
            return "\(error)"
        }
    }

    @Test(arguments: [
        (
            "[server]\nlisen = \"127.0.0.1:1\"\n" + echo,
            "line 2: unknown key 'lisen' in [server]; did you mean 'listen'?"
        ),
        (
            "[servr]\nloops = 2\n" + echo,
            "line 1: unknown section 'servr'; did you mean 'server'?"
        ),
        (
            "[server]\nloops = \"two\"\n" + echo,
            "line 2: 'loops' in [server]: expected an integer, found a string"
        ),
        (
            "[server]\nheader_timeout = \"10\"\n" + echo,
            "line 2: 'header_timeout' in [server]: expected a duration such as \"10s\" or \"off\", found \"10\""
        ),
        (
            "[server]\nmax_body = 5\n" + echo,
            "line 2: 'max_body' in [server]: expected a size such as \"64KiB\", found an integer"
        ),
        (
            "[server]\nlisten = \"localhost\"\n" + echo,
            "line 2: 'listen' in [server]: an address ends in a port: \"127.0.0.1:8080\""
        ),
        (
            "[log]\nlevel = \"inof\"\n" + echo,
            "line 2: 'level' in [log]: expected one of \"trace\", \"debug\", \"info\", \"notice\", \"warning\", \"error\", \"critical\", found \"inof\"; did you mean \"info\"?"
        ),
        (
            echo + echo,
            "line 3: 'name' in [[providers]] #2 (echo): another provider has this name"
        ),
        (
            "[[providers]]\ntype = \"openai\"\ntoken = \"${NOT_SET_HERE}\"\n",
            "line 3: 'token' in [[providers]] #1 (openai): the environment variable NOT_SET_HERE is not set"
        ),
        (
            "[[providers]]\ntype = \"openai\"\ntoken = { env = \"NOT_SET_HERE\" }\n",
            "line 3: 'token' in [[providers]] #1 (openai): the environment variable 'NOT_SET_HERE' is not set"
        ),
        (
            "[[providers]]\nname = \"a\"\ntype = \"openai-compatible\"\n",
            "line 1: 'url' in [[providers]] #1 (a): 'url' is missing: this type has no usual address"
        ),
        (
            "[[providers]]\ntype = \"openai\"\nurl = \"api.openai.com\"\n",
            "line 3: 'url' in [[providers]] #1 (openai): a URL starts with http:// or https://"
        ),
        (
            "[[providers]]\ntype = \"openai\"\nmodels = [\"g*t\"]\n",
            "line 3: 'models' in [[providers]] #1 (openai): 'g*t': a pattern has its only '*' at the end"
        ),
        (
            "[[providers]]\ntype = \"openai\"\nforward_headers = [\"Cookie\"]\n",
            "line 3: 'forward_headers' in [[providers]] #1 (openai): 'cookie' is never forwarded"
        ),
        (
            "default_provider = \"eko\"\n" + echo,
            "line 1: 'default_provider' at the top level: no provider has this name; there are: echo"
        ),
        (
            "default_provider = \"echo\"\n[[provider]]\nname = \"echo\"\ntype = \"echo\"\n",
            "line 2: unknown section 'provider'; did you mean 'providers'?"
        ),
        (
            echo + "[[provider]]\nname = \"b\"\ntype = \"echo\"\n",
            "line 3: unknown section 'provider'; did you mean 'providers'?"
        ),
        (
            echo + "[[processors]]\ntype = \"rewrite-model\"\n[processors.alias]\na = \"b\"\n",
            "line 5: unknown key 'alias' in [[processors]] #1 (rewrite-model); did you mean 'aliases'?"
        ),
        (
            "[[providers]]\ntype = \"openai\"\ntoken = \"${EMPTY_HERE}\"\n",
            "line 3: 'token' in [[providers]] #1 (openai): the environment variable EMPTY_HERE is empty"
        ),
        (
            "[[providers]]\ntype = \"openai\"\ntoken = \"\"\n",
            "line 3: 'token' in [[providers]] #1 (openai): must not be empty"
        ),
        (
            "[[providers]]\ntype = echo\n",
            "line 2: Error while parsing value: could not determine value type (is it missing its quotes?)"
        ),
        (
            "[server]\nheader_timeout = 10s\n" + echo,
            "line 2: Error while parsing decimal integer: expected digit, saw 's' (is it missing its quotes?)"
        ),
        (
            "[server]\nloops = 1\n",
            "there is no [[providers]] section; add one, or serve without a file"
        ),
    ])
    func aWrongFileIsToldPreciselyWhatIsWrong(text: String, expected: String) {
        #expect(complaint(text) == expected)
    }

    @Test func anUnknownTypeIsToldTheNearest() {
        let text = complaint("[[providers]]\ntype = \"opnai\"\n")
        #expect(
            text.hasPrefix(
                "line 2: 'type' in [[providers]] #1 (opnai): expected one of \"azure\", "))
        #expect(text.hasSuffix("found \"opnai\"; did you mean \"openai\"?"))
    }

    @Test func severalErrorsAreReportedTogetherInTheOrderOfTheFile() {
        let text = complaint(
            """
            [server]
            loops = "two"

            [[providers]]
            type = "echo"
            delay = "soon"
            """)
        #expect(text.split(separator: "\n").count == 2)
        #expect(text.hasPrefix("line 2: 'loops'"))
        #expect(text.contains("line 6: 'delay' in [[providers]] #1 (echo)"))
    }

    @Test func severalErrorsStandBelowALineOfTheirOwn() {
        let one = ConfigurationError("first", line: 1)
        let two = ConfigurationError("second", line: 2)
        #expect(Complaint(ConfigurationErrors([one])).description == "line 1: first")
        #expect(
            Complaint(ConfigurationErrors([one, two])).description
                == "the configuration has 2 errors:\nline 1: first\nline 2: second")
    }

    @Test func oneModelNeedsNoList() throws {
        let one = try settings("[[providers]]\ntype = \"echo\"\nmodels = \"m\"\n")
        #expect(one.providers[0].models == ["m"])
    }

    @Test func theSummaryShowsAliasesAndThatNothingIsTheDefault() throws {
        let summary = try settings(
            """
            [[providers]]
            name = "a"
            type = "echo"
            [[providers]]
            name = "b"
            type = "echo"
            [[processors]]
            type = "rewrite-model"
            [processors.aliases]
            "strict" = { temperature = 0 }
            "fast" = { model = "small" }
            """
        ).summary
        #expect(
            summary == """
                listen      127.0.0.1:8080
                loops       one per processor
                processor   1. rewrite-model: fast → small, strict
                provider    a (echo): any model no other provider names
                provider    b (echo): any model no other provider names
                default     none: requests without a model get 400
                """)
    }

    @Test func theSummaryShowsWhereProvidersAreAndWithWhatTheyAreAsked() throws {
        func upstream(_ lines: String) throws -> String? {
            try settings(
                "[[providers]]\nname = \"a\"\ntype = \"openai\"\n\(lines)",
                environment: ["SECRET": "hidden"]
            ).upstreams["a"]
        }
        let usual = "at https://api.openai.com/v1, with "
        #expect(try upstream("") == usual + "no token")
        #expect(
            try upstream("url = \"http://A:1/x/?api-key=${SECRET}\"\ntoken = \"${SECRET}\"")
                == "at http://a:1/x, with a token")
        #expect(
            try upstream("url = [\"http://a\", \"http://b\"]")
                == "at http://a and http://b, with no token")
        #expect(try upstream("token = { client = true }") == usual + "the client's own token")
        #expect(
            try upstream("token = { env = \"PATH\" }") == usual
                + "the token in the environment variable PATH")
        #expect(
            try upstream("token = { command = [\"echo\", \"hidden\"] }")
                == usual + "the token that echo prints")
        #expect(
            try upstream(
                "[providers.token]\ntoken_url = \"https://b/t?x=${SECRET}\"\nclient_id = \"i\"\nclient_secret = \"${SECRET}\""
            ) == usual + "tokens of https://b/t")
    }

    @Test func theSummaryShowsWhatIsSaidOfTheServer() throws {
        let summary = try settings(
            """
            [server]
            listen = ":1"
            open = true
            takeover = "/run/t"
            heartbeat = "90s"
            [[providers]]
            type = "echo"
            """
        ).summary
        #expect(
            summary == """
                listen      [::]:1
                open        whoever reaches it may ask, without a key
                loops       one per processor
                takeover    /run/t
                heartbeat   1m 30s
                warning     whoever reaches [::]:1 uses the providers' keys: there are no [[clients]], and [server] has open = true
                provider    echo (echo): any model no other provider names
                """)
    }

    @Test func theSummaryShowsWhatRunsAndNoSecret() throws {
        let summary = try settings(
            """
            default_provider = "main"
            [server]
            listen = ["127.0.0.1:1", "unix:/tmp/s"]
            [[providers]]
            name = "main"
            type = "openai"
            token = "sk-${SECRET}"
            headers = { "x-key" = "another-secret" }
            models = ["gpt-4.1", "o*"]
            [[providers]]
            type = "echo"
            """, environment: ["SECRET": "hidden"]
        ).summary
        #expect(
            summary == """
                listen      127.0.0.1:1, unix:/tmp/s
                loops       one per processor
                provider    main (openai): gpt-4.1, o*; at https://api.openai.com/v1, with a token
                provider    echo (echo): any model no other provider names
                default     main
                """)
    }

    @Test func theSummaryShowsWhatLimitsThereAre() throws {
        let summary = try settings(
            Self.echo + """
                [[models]]
                name = "a*"
                context_window = 100
                input_price = 1
                [[processors]]
                type = "token-limits"
                models = ["a*", "b"]
                routes = "/v1/embeddings"
                max_prompt_tokens = 20
                max_completion_tokens = 10
                completion = "reject"
                context_window = "trim"
                [[processors]]
                type = "rate-limits"
                name = "mine"
                key = ["client", "header:x-team"]
                requests_per_minute = 5
                tokens_per_minute = 60
                concurrent_requests = 2
                budget_per_day = 0.5
                unpriced = "free"
                hard_stop = "length"
                """
        ).summary
        #expect(
            summary.contains(
                """
                processor   1. token-limits: prompts up to 20; completions up to 10, others rejected; the models' windows, others trimmed; models a*, b; routes /v1/embeddings
                processor   2. rate-limits: mine: key client+header:x-team; 5 requests per minute; 60 tokens per minute; 2 at once; 0.5 per day; models without a price are free; hard stop by length
                """))
    }

    @Test(arguments: [
        (
            "[[processors]]\ntype = \"rate-limits\"\nbudget_per_day = 1\n",
            "rate-limits client: no [[models]] has a price, so its budget refuses all"
        ),
        (
            "[[processors]]\ntype = \"rate-limits\"\nbudget_per_day = 1\n",
            "what was spent of budgets is counted in memory, and forgotten at a restart; [redis] keeps it"
        ),
        (
            "[[processors]]\ntype = \"rate-limits\"\nrequests_per_minute = 1\nhard_stop = \"error\"\n",
            "rate-limits client: hard_stop has no effect without tokens_per_minute or a budget"
        ),
        (
            "[[processors]]\ntype = \"rate-limits\"\nrequests_per_minute = 1\nunpriced = \"free\"\n",
            "rate-limits client: unpriced has no effect without a budget"
        ),
        (
            "[[processors]]\ntype = \"token-limits\"\n[[processors]]\ntype = \"rewrite-model\"\n",
            "processor 1, token-limits: it stands before rewrite-model, and sees the names that clients use"
        ),
        (
            "[[processors]]\ntype = \"token-limits\"\ncontext_window = \"trim\"\n",
            "processor 1, token-limits: context_window has no effect, no [[models]] has a window"
        ),
        (
            "[redis]\nurl = \"redis://localhost\"\n",
            "nothing uses [redis]: there is no rate-limits section"
        ),
        (
            "[[models]]\nname = \"a*\"\ninput_price = 1\n[[models]]\nname = \"ab\"\ncontext_window = 5\n",
            "model ab has no price: that of a* does not hold for it"
        ),
    ])
    func whatHasNoEffectIsWarnedOf(lines: String, warning: String) throws {
        #expect(try settings(Self.echo + lines).summary.contains("\nwarning     \(warning)\n"))
    }

    @Test func aTrimToALimitOfPromptsNeedsNoWindow() throws {
        let lines =
            "[[processors]]\ntype = \"token-limits\"\ncontext_window = \"trim\"\nmax_prompt_tokens = 9\n"
        #expect(try !settings(Self.echo + lines).summary.contains("warning"))
    }

    @Test func aMisspeltLimitIsToldTheNearest() {
        #expect(
            complaint(
                Self.echo + "[[processors]]\ntype = \"rate-limits\"\nrequest_per_minute = 5\n")
                == "line 5: unknown key 'request_per_minute' in [[processors]] #1 (rate-limits); did you mean 'requests_per_minute'?"
        )
    }

    @Test(arguments: [
        ("[[processors]]\nmodels = \"a\"\n", "missing key 'type' in [[processors]] #1"),
        (
            "[[processors]]\ntype = \"token-limits\"\nroutes = []\n",
            "'routes' in [[processors]] #1 (token-limits): names nothing"
        ),
        (
            "[[processors]]\ntype = \"token-limits\"\nmodels = []\n",
            "'models' in [[processors]] #1 (token-limits): names nothing"
        ),
        (rates + "name = \"\"\n", "'name' in [[processors]] #1 (rate-limits): must not be empty"),
        (rates + "key = [\"client\", \"client\"]\n", "'client' stands there twice"),
        (
            rates + "key = [\"client\", \"global\"]\n",
            "'global' counts all together, and stands alone"
        ),
        (rates + "key = \"header:Authorization\"\n", "'authorization' is a credential"),
        ("[redis]\nurl = \"redis://a\"\nprefix = \"\"\n", "'prefix' in [redis]: must not be empty"),
        (
            "[redis]\nurl = \"redis://a\"\ntimeout = \"61s\"\n",
            "'timeout' in [redis]: must be at most \"1m\""
        ),
    ])
    func limitsThatCannotBeMeantAreRefused(lines: String, expected: String) {
        let complaint = complaint(Self.echo + lines)
        #expect(complaint.contains(expected), "\(complaint)")
    }

    private static let rates = "[[processors]]\ntype = \"rate-limits\"\nrequests_per_minute = 5\n"

    @Test func itTellsWhereLimitsAreCounted() throws {
        let redis = """
            [redis]
            url = "redis://user:secret@10.0.0.1:7000/3"
            prefix = "blue"

            """
        let shared = try settings(Self.echo + Self.rates + redis).summary
        #expect(
            shared.contains(
                "limits      in Redis at redis://10.0.0.1:7000/3, keys begin with blue; requests are refused without it"
            ))
        #expect(!shared.contains("secret"))
        let open = try settings(Self.echo + redis + "on_failure = \"open\"\n").summary
        #expect(open.contains("requests go on uncounted without it"))
        let alone = try settings(Self.echo + Self.rates).summary
        #expect(alone.contains("limits      in memory, for this process"))
        #expect(try !settings(Self.echo).summary.contains("limits "))
    }

    @Test func limitsWhoseCountsWouldMixAreRefused() throws {
        let complaint = complaint(Self.echo + Self.rates + Self.rates)
        #expect(complaint.contains("another rate-limits section counts under this name"))
        let named = Self.rates + "name = \"second\"\n"
        #expect(try settings(Self.echo + Self.rates + named).processors.count == 2)
    }
}
