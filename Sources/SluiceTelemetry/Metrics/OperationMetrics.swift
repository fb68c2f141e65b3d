internal import SluiceCore
internal import Synchronization

/// The handles for one kind of exchange with a provider, named after OpenTelemetry's conventions for generative AI
/// (`gen_ai.server.*` and `gen_ai.client.token.usage`) in Prometheus' spelling: underscores, and the unit at the end.
final class OperationMetrics: Sendable {
    /// What the handles are told apart by; the labels of all of them.
    struct Key: Hashable {
        var operation: String
        var provider: String
        var model: String
        var errorType: String
    }

    private let requestDuration: PrometheusHistogram
    private let timeToFirstToken: PrometheusHistogram
    private let timePerOutputToken: PrometheusHistogram
    private let inputTokens: PrometheusHistogram
    private let outputTokens: PrometheusHistogram
    private let eventGap: PrometheusHistogram
    private let key: Key
    private let registry: MetricsRegistry
    /// Made with the first amount: most models have no price.
    private let cost = Mutex<PrometheusCounter?>(nil)

    /// The labels that clients fill: the model, and the path of an endpoint that we only pass through.
    private static let openLabels: Set = ["gen_ai_request_model", "gen_ai_operation_name"]

    init(_ key: Key, _ registry: MetricsRegistry) {
        self.key = key
        self.registry = registry
        let labels = [
            ("gen_ai_operation_name", key.operation), ("gen_ai_provider_name", key.provider),
            ("gen_ai_request_model", key.model),
        ]
        func histogram(
            _ name: String, _ help: String, _ buckets: [Double], _ more: (String, String)? = nil
        ) -> PrometheusHistogram {
            registry.histogram(
                name, help: help, labels: labels + (more.map { [$0] } ?? []), buckets: buckets,
                openLabels: Self.openLabels)
        }
        requestDuration = histogram(
            "gen_ai_server_request_duration_seconds",
            "Time from the request's first byte to the answer's last.",
            HistogramBuckets.requestDuration, ("error_type", key.errorType))
        timeToFirstToken = histogram(
            "gen_ai_server_time_to_first_token_seconds",
            "Time from the request's first byte to the first event of a successful stream.",
            HistogramBuckets.timeToFirstToken)
        timePerOutputToken = histogram(
            "gen_ai_server_time_per_output_token_seconds",
            "Time per token after the first one of a successful stream.",
            HistogramBuckets.timePerOutputToken)
        let usageHelp =
            "Number of tokens used per request, as the provider or else this proxy counted them."
        inputTokens = histogram(
            "gen_ai_client_token_usage", usageHelp, HistogramBuckets.tokenUsage,
            ("gen_ai_token_type", "input"))
        outputTokens = histogram(
            "gen_ai_client_token_usage", usageHelp, HistogramBuckets.tokenUsage,
            ("gen_ai_token_type", "output"))
        eventGap = histogram(
            "sluice_stream_event_gap_seconds",
            "Time between two events of a stream: each gap counts with the mean of its stream.",
            HistogramBuckets.timePerOutputToken)
    }

    func observe(_ record: AccessRecord) {
        requestDuration.observe(Self.seconds(record.duration))
        if let usage = record.usage {
            inputTokens.observe(Double(usage.promptTokens))
            outputTokens.observe(Double(usage.completionTokens))
        }
        if let cost = record.cost { costCounter.increment(by: cost) }
        guard record.isStreaming else { return }
        if record.events > 1 {
            let gaps = record.events - 1
            eventGap.observe(Self.seconds(record.streamDuration) / Double(gaps), count: gaps)
        }
        // The conventions want these two for successful answers only.
        guard record.outcome == Outcome.completed.name, record.status < 400,
            let first = record.timeToFirstByte
        else { return }
        timeToFirstToken.observe(Self.seconds(first))
        if let tokens = record.usage?.completionTokens, tokens > 1, record.duration > first {
            timePerOutputToken.observe(
                Self.seconds(record.duration - first) / Double(tokens - 1))
        }
    }

    private var costCounter: PrometheusCounter {
        cost.withLock { made in
            if let made { return made }
            let counter = registry.counter(
                "sluice_cost_total", help: "Money spent, in the currency of the model table.",
                labels: [("model", key.model), ("provider", key.provider)], openLabels: ["model"])
            made = counter
            return counter
        }
    }

    private static func seconds(_ nanoseconds: UInt64) -> Double {
        Double(nanoseconds) / 1_000_000_000
    }
}
