/// The upper bounds of the histograms.
public enum HistogramBuckets {
    /// For durations in seconds: what OpenTelemetry's conventions give for `gen_ai.server.request.duration`, with more
    /// above, since a long answer takes minutes.
    public static let requestDuration = [
        0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
        163.84, 327.68,
    ]
    /// OpenTelemetry's bounds for `gen_ai.server.time_to_first_token`, with more above for reasoning models.
    public static let timeToFirstToken = [
        0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30,
        60,
    ]
    /// OpenTelemetry's bounds for `gen_ai.server.time_per_output_token`, with two below for fast hosts.
    public static let timePerOutputToken = [
        0.001, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5,
    ]
    /// OpenTelemetry's bounds for `gen_ai.client.token.usage`.
    public static let tokenUsage: [Double] = [
        1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216,
        67_108_864,
    ]
    /// For recorders and timers of swift-metrics, which say nothing of bounds.
    public static let general = [
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
        10, 25, 50, 100, 1_000,
    ]
}
