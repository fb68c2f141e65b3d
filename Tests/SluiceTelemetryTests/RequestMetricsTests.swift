import SluiceCore
import Testing

@testable import SluiceTelemetry

@Suite struct RequestMetricsTests {
    private let registry = MetricsRegistry(labelSetLimit: 20)
    private let metrics: RequestMetrics

    init() {
        metrics = RequestMetrics(registry: registry, handleLimit: 20)
    }

    private var lines: [String] {
        text(registry.exposition()).split(separator: "\n").map(String.init)
    }

    private func expect(_ expected: [String], _ location: SourceLocation = #_sourceLocation) {
        let lines = lines
        for line in expected { #expect(lines.contains(line), "\(line)", sourceLocation: location) }
    }

    private let labels =
        #"gen_ai_operation_name="chat",gen_ai_provider_name="openai",gen_ai_request_model="gpt-4.1""#

    @Test func endsOfCertificatesTakeThePlaceOfFormerOnes() {
        metrics.showCertificates([
            CertificateState(name: "a.example", file: "/a", ends: 4_000_000_000),
            CertificateState(name: "b.example", file: "/b", ends: 1),
        ])
        let name = "sluice_tls_certificate_expiry_timestamp_seconds"
        expect([
            "\(name){name=\"a.example\",file=\"/a\"} 4000000000",
            "\(name){name=\"b.example\",file=\"/b\"} 1",
        ])
        metrics.showCertificates([CertificateState(name: "b.example", file: "/b", ends: 2)])
        #expect(
            lines.filter { $0.hasPrefix(name) } == ["\(name){name=\"b.example\",file=\"/b\"} 2"])
    }

    @Test func refusalsByLimitsAreCounted() {
        var record = AccessRecord(id: "r", client: "c", method: "POST", route: "/v1/x")
        record.limit = LimitName(section: "team", limit: "tokens_per_minute")
        for _ in 0..<2 {
            metrics.started()
            metrics.finished(record)
        }
        expect([#"sluice_limit_refusals_total{section="team",limit="tokens_per_minute"} 2"#])
    }

    @Test func reloadsAreCounted() {
        metrics.reloaded(accepted: true)
        metrics.reloaded(accepted: false)
        metrics.reloaded(accepted: false)
        expect([
            #"sluice_configuration_reloads_total{outcome="accepted"} 1"#,
            #"sluice_configuration_reloads_total{outcome="refused"} 2"#,
        ])
    }

    @Test func aStreamIsObservedUnderTheNamesOfTheConventions() {
        metrics.started()
        metrics.finished(.stream)
        expect([
            #"sluice_requests_total{route="/v1/chat/completions",status="200",outcome="completed"} 1"#,
            "sluice_requests_in_flight 0",
            "gen_ai_server_request_duration_seconds_count{\(labels)} 1",
            "gen_ai_server_request_duration_seconds_bucket{\(labels),le=\"2.56\"} 1",
            "gen_ai_server_request_duration_seconds_bucket{\(labels),le=\"1.28\"} 0",
            "gen_ai_server_time_to_first_token_seconds_bucket{\(labels),le=\"0.5\"} 1",
            "gen_ai_server_time_to_first_token_seconds_bucket{\(labels),le=\"0.25\"} 0",
            "gen_ai_server_time_per_output_token_seconds_sum{\(labels)} 0.02",
            "gen_ai_client_token_usage_sum{\(labels),gen_ai_token_type=\"input\"} 12",
            "gen_ai_client_token_usage_sum{\(labels),gen_ai_token_type=\"output\"} 101",
            "sluice_stream_event_gap_seconds_count{\(labels)} 100",
            "sluice_stream_event_gap_seconds_sum{\(labels)} 2",
        ])
    }

    @Test func aFailureHasItsErrorTypeAndNoTimeToFirstToken() {
        var record = AccessRecord.stream
        record.outcome = Outcome.failed(.clientGone).name
        record.status = 200
        record.errorCode = "stream_cut"
        record.usage = nil
        metrics.finished(record)
        metrics.upstreamFailed(provider: "openai", kind: "connect_failed")
        expect([
            "gen_ai_server_request_duration_seconds_count{\(labels),error_type=\"stream_cut\"} 1",
            "gen_ai_server_time_to_first_token_seconds_count{\(labels)} 0",
            "gen_ai_client_token_usage_count{\(labels),gen_ai_token_type=\"input\"} 0",
            #"sluice_upstream_errors_total{provider="openai",kind="stream_cut"} 1"#,
            #"sluice_upstream_errors_total{provider="openai",kind="connect_failed"} 1"#,
        ])
    }

    @Test func aRequestThatReachedNoProviderIsOnlyCounted() {
        for number in 0..<1_000 {
            var record = AccessRecord(id: "r", client: "c", method: "POST", route: "/v1/x\(number)")
            record.model = "nonsense-\(number)"
            record.status = 404
            record.outcome = "refused"
            metrics.finished(record)
        }
        #expect(!lines.contains { $0.contains("nonsense") })
        expect([#"sluice_requests_total{route="other",status="404",outcome="refused"} 980"#])
    }

    @Test func unknownModelsDoNotExplodeTheSeries() {
        for number in 0..<500 {
            var record = AccessRecord.stream
            record.model = "gpt-4o-\(number)"
            metrics.finished(record)
        }
        let counts = lines.filter { $0.hasPrefix("gen_ai_server_request_duration_seconds_count") }
        #expect(counts.count == 21)
        // The name of the operation is open as well: a path that we only pass through is the client's to choose.
        expect([
            #"gen_ai_server_request_duration_seconds_count{gen_ai_operation_name="other",gen_ai_provider_name="openai",gen_ai_request_model="other"} 480"#
        ])
    }

    @Test func requestsOfManyKindsAreCountedUnderTheirOwn() {
        // More kinds than are remembered, one after another, several times.
        for number in 0..<60 {
            var record = AccessRecord.stream
            record.model = "m\(number % 12)"
            record.status = number % 2 == 0 ? 200 : 201
            if number % 12 == 5 {
                record.outcome = Outcome.failed(.clientGone).name
                record.errorCode = "stream_cut"
            }
            metrics.finished(record)
        }
        for number in 0..<12 where number != 5 {
            expect([
                #"gen_ai_server_request_duration_seconds_count{gen_ai_operation_name="chat",gen_ai_provider_name="openai",gen_ai_request_model="m\#(number)"} 5"#
            ])
        }
        expect([
            #"sluice_requests_total{route="/v1/chat/completions",status="200",outcome="completed"} 30"#,
            #"sluice_requests_total{route="/v1/chat/completions",status="201",outcome="completed"} 25"#,
            #"sluice_upstream_errors_total{provider="openai",kind="stream_cut"} 5"#,
        ])
    }

    @Test func requestsInFlightAreThoseStartedAndNotFinished() {
        for _ in 0..<3 { metrics.started() }
        metrics.finished(.stream)
        metrics.openConnections.increment(by: 4)
        expect(["sluice_requests_in_flight 2", "sluice_client_connections 4"])
    }

    @Test func poolsAreShownAsTheyAre() {
        metrics.showPools {
            UpstreamPoolState(idle: 3, inUse: 2, dialled: 7, reused: 40)
        }
        expect([
            #"sluice_upstream_connections{state="idle"} 3"#,
            #"sluice_upstream_connections{state="in_use"} 2"#,
            #"sluice_upstream_connections_dialled_total 7"#,
            #"sluice_upstream_connections_reused_total 40"#,
        ])
    }

    @Test func lostLogLinesAreShown() throws {
        let pipe = try LogPipe()
        let sink = LogSink(descriptor: pipe.writer, capacity: 5)
        let registry = MetricsRegistry()
        _ = RequestMetrics(registry: registry, log: sink)
        sink.append(Array("too long".utf8))
        #expect(text(registry.exposition()).contains("\nsluice_log_lines_dropped_total 1\n"))
    }

    @Test(arguments: [
        ("process_resident_memory_bytes", 1_000_000.0...1e11), ("process_open_fds", 3...100_000),
        ("process_max_fds", 3...1e9), ("process_cpu_seconds_total", 0.001...1e6),
        ("process_start_time_seconds", 1.6e9...1e10),
    ])
    func theProcessIsShown(_ name: String, _ range: ClosedRange<Double>) throws {
        let line = try #require(lines.first { $0.hasPrefix(name + " ") })
        let value = try #require(Double(line.dropFirst(name.count + 1)))
        #expect(range.contains(value), "\(line)")
    }
}
