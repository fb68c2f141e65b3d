import CoreMetrics
import SluiceTelemetry
import Testing

@Suite struct MetricsRegistryTests {
    private let registry = MetricsRegistry()

    @Test func theExpositionIsInFormat004() {
        let labels = [("path", #"C:\x"#), ("quote", "say \"hi\"\nbye"), ("empty", "")]
        registry.counter("b_total", help: "Back\\slash\nand \"newline\".", labels: labels)
            .increment(by: Int64(3))
        registry.counter("b_total", labels: [("path", "a")]).increment()
        registry.gauge("a_gauge", help: "A gauge.").set(-1.5)
        let histogram = registry.histogram(
            "c_seconds", help: "Times.", labels: [("k", "v")], buckets: [0.1, 1, 10])
        for value in [0.05, 0.1, 0.5, 10, 11] { histogram.observe(value) }
        registry.histogram("d", buckets: [1]).observe(2, count: 3)
        registry.gauge("e").set(Double.infinity)
        #expect(
            text(registry.exposition()) == #"""
                # HELP a_gauge A gauge.
                # TYPE a_gauge gauge
                a_gauge -1.5
                # HELP b_total Back\\slash\nand "newline".
                # TYPE b_total counter
                b_total{path="C:\\x",quote="say \"hi\"\nbye"} 3
                b_total{path="a"} 1
                # HELP c_seconds Times.
                # TYPE c_seconds histogram
                c_seconds_bucket{k="v",le="0.1"} 2
                c_seconds_bucket{k="v",le="1"} 3
                c_seconds_bucket{k="v",le="10"} 4
                c_seconds_bucket{k="v",le="+Inf"} 5
                c_seconds_sum{k="v"} 21.65
                c_seconds_count{k="v"} 5
                # TYPE d histogram
                d_bucket{le="1"} 0
                d_bucket{le="+Inf"} 3
                d_sum 6
                d_count 3
                # TYPE e gauge
                e +Inf

                """#)
    }

    @Test func observationsOfManyThreadsAllCount() async {
        let histogram = registry.histogram("h", buckets: [1, 2])
        await withTaskGroup { group in
            for value in 1...4 {
                group.addTask {
                    for _ in 0..<1_000 { histogram.observe(Double(value)) }
                }
            }
        }
        let text = text(registry.exposition())
        for line in [
            "h_bucket{le=\"1\"} 1000", "h_bucket{le=\"2\"} 2000", "h_count 4000", "h_sum 10000",
        ] {
            #expect(text.contains("\n\(line)\n"))
        }
    }

    @Test func theSameNameAndLabelsAreTheSameSeries() {
        let first = registry.counter("x_total", labels: [("a", "1")])
        let second = registry.counter("x_total", labels: [("a", "1")])
        #expect(first === second)
        #expect(first !== registry.counter("x_total", labels: [("a", "2")]))
    }

    @Test func labelSetsPastTheLimitFold() {
        let registry = MetricsRegistry(labelSetLimit: 3)
        for number in 0..<50 {
            registry.counter(
                "x_total", labels: [("model", "m\(number)"), ("provider", "p\(number % 2)")],
                openLabels: ["model"]
            ).increment()
        }
        #expect(
            text(registry.exposition()) == """
                # TYPE x_total counter
                x_total{model="m0",provider="p0"} 1
                x_total{model="m1",provider="p1"} 1
                x_total{model="m2",provider="p0"} 1
                x_total{model="other",provider="p0"} 23
                x_total{model="other",provider="p1"} 24

                """)
    }

    @Test func labelSetsThatFoldTooWideAreOne() {
        let registry = MetricsRegistry(labelSetLimit: 2)
        for number in 0..<10 {
            registry.counter(
                "x_total", labels: [("model", "m\(number)"), ("tenant", "t\(number)")],
                openLabels: ["model"]
            ).increment()
        }
        #expect(
            text(registry.exposition()) == """
                # TYPE x_total counter
                x_total{model="m0",tenant="t0"} 1
                x_total{model="m1",tenant="t1"} 1
                x_total{model="other",tenant="other"} 6
                x_total{model="other",tenant="t2"} 1
                x_total{model="other",tenant="t3"} 1

                """)
    }

    @Test func aNameOfTwoKindsIsTwoMetrics() {
        registry.counter("x").increment()
        registry.gauge("x").set(Int64(5))
        #expect(
            text(registry.exposition())
                == "# TYPE x counter\nx 1\n# TYPE x_gauge gauge\nx_gauge 5\n")
    }

    @Test func countersOnlyGrow() {
        let counter = registry.counter("x_total")
        counter.increment(by: Int64(-5))
        counter.increment(by: -0.5)
        counter.increment(by: Double.nan)
        counter.increment(by: Double.infinity)
        counter.increment(by: 0.25)
        #expect(counter.value == 0.25)
    }

    @Test func countsOfManyThreadsAddUp() async {
        let counter = registry.counter("x_total")
        let histogram = registry.histogram("h", buckets: [1])
        await withTaskGroup { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<10_000 {
                        counter.increment()
                        histogram.observe(0.5)
                    }
                }
            }
        }
        #expect(counter.value == 40_000)
        #expect(text(registry.exposition()).contains("h_count 40000\n"))
    }

    @Test func swiftMetricsShowUp() {
        Counter(label: "my.app-calls", dimensions: [("http.path", "/x")], factory: registry)
            .increment(by: 2)
        FloatingPointCounter(label: "cost_total", factory: registry).increment(by: 0.5)
        let meter = Meter(label: "meter", factory: registry)
        meter.set(5.5)
        meter.decrement(by: 1)
        Gauge(label: "gauge", factory: registry).record(7)
        Recorder(label: "sizes", factory: registry).record(3)
        Timer(label: "9lives", factory: registry).recordMilliseconds(1_500)
        let gone = Counter(label: "gone", factory: registry)
        gone.increment()
        gone.destroy()
        let lines = text(registry.exposition()).split(separator: "\n").map(String.init)
        for line in [
            "# TYPE my_app_calls_total counter", "my_app_calls_total{http_path=\"/x\"} 2",
            "cost_total 0.5", "# TYPE meter gauge", "meter 4.5", "# TYPE gauge gauge", "gauge 7",
            "# TYPE sizes histogram", "sizes_bucket{le=\"2.5\"} 0", "sizes_bucket{le=\"5\"} 1",
            "sizes_sum 3", "_9lives_seconds_bucket{le=\"1\"} 0",
            "_9lives_seconds_bucket{le=\"2.5\"} 1", "_9lives_seconds_sum 1.5",
        ] {
            #expect(lines.contains(line), "\(line)")
        }
        #expect(!lines.contains { $0.hasPrefix("gone") })
    }
}
