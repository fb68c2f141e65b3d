extension MetricsRegistry {
    /// The media type of what ``exposition()`` gives.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// All metrics in Prometheus' text format 0.0.4.
    ///
    /// It runs the collectors and takes each metric's lock for the time of a copy. A thousand histograms are two
    /// megabytes and some milliseconds, so do not call it on a loop.
    public func exposition() -> [UInt8] {
        var text = ExpositionText()
        for family in collect() { text.append(family) }
        return text.bytes
    }
}

/// Writes the text format 0.0.4.
private struct ExpositionText {
    private(set) var bytes: [UInt8] = []
    /// The bounds of the present family's histograms, spelled once for all of them.
    private var bounds: [String] = []

    mutating func append(_ family: MetricFamily) {
        let series = family.sorted
        guard !series.isEmpty else { return }
        if !family.help.isEmpty { append("# HELP \(family.name) \(escaped(family.help))\n") }
        append("# TYPE \(family.name) \(family.kind.rawValue)\n")
        bounds = family.bounds.map(number) + ["+Inf"]
        for (labels, member) in series {
            switch member {
            case .counter(let counter): append(family.name, labels, number(counter.value))
            case .gauge(let gauge): append(family.name, labels, number(gauge.value))
            case .histogram(let histogram): append(family.name, labels, histogram)
            }
        }
    }

    private mutating func append(
        _ name: String, _ labels: MetricLabels, _ histogram: PrometheusHistogram
    ) {
        let snapshot = histogram.snapshot
        let start = "\(name)_bucket{\(labels.text)\(labels.text.isEmpty ? "" : ",")le=\""
        var total = 0
        for (index, count) in snapshot.counts.enumerated() {
            total += count
            append(start)
            append(bounds[index])
            append("\"} ")
            append(String(total))
            append("\n")
        }
        append("\(name)_sum", labels, number(snapshot.sum))
        append("\(name)_count", labels, String(total))
    }

    private mutating func append(_ name: String, _ labels: MetricLabels, _ value: String) {
        append(name)
        if !labels.text.isEmpty { append("{\(labels.text)}") }
        append(" \(value)\n")
    }

    private mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    private func number(_ value: Double) -> String {
        if let whole = Int(exactly: value) { return String(whole) }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return value.isNaN ? "NaN" : value.description
    }

    /// A help text: backslash and newline are escaped, quotes are not.
    private func escaped(_ help: String) -> String {
        help.split(separator: "\\", omittingEmptySubsequences: false).joined(separator: "\\\\")
            .split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\\n")
    }
}
