/// How the server is that limits are counted by.
public final class RedisMetrics: Sendable {
    /// 1 while it answers.
    public let isUp: PrometheusGauge
    /// Questions of requests that it did not answer.
    public let errors: PrometheusCounter
    /// Those of them whose requests went on all the same.
    public let uncounted: PrometheusCounter

    init(_ registry: MetricsRegistry) {
        isUp = registry.gauge(
            "sluice_redis_up", help: "Whether the Redis server that counts limits answers.")
        errors = registry.counter(
            "sluice_redis_errors_total",
            help: "Questions of rate-limits sections that Redis did not answer.")
        uncounted = registry.counter(
            "sluice_redis_uncounted_total",
            help: "Those of them whose requests went on uncounted.")
    }
}
