internal import Synchronization

/// All series of one name.
final class MetricFamily: Sendable {
    enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    enum Series: Sendable {
        case counter(PrometheusCounter)
        case gauge(PrometheusGauge)
        case histogram(PrometheusHistogram)

        var identity: ObjectIdentifier {
            switch self {
            case .counter(let counter): ObjectIdentifier(counter)
            case .gauge(let gauge): ObjectIdentifier(gauge)
            case .histogram(let histogram): ObjectIdentifier(histogram)
            }
        }
    }

    /// What a label's value becomes once there are too many.
    static let folded = "other"

    let name: String
    let help: String
    let kind: Kind
    /// The upper bounds of its histograms.
    let bounds: [Double]
    private let limit: Int
    /// The labels that clients can fill with anything; all, when nil.
    private let openLabels: Set<String>?
    private let series = Mutex<[MetricLabels: Series]>([:])

    init(
        name: String, help: String, kind: Kind, bounds: [Double], limit: Int,
        openLabels: Set<String>?
    ) {
        self.name = name
        self.help = help
        self.kind = kind
        self.bounds = bounds
        self.limit = limit
        self.openLabels = openLabels
    }

    /// The series with these labels. Beyond the limit, new label sets fold: first their open labels, and when even that
    /// makes too many, all of them. So a family never has more than twice its limit, and one.
    func series(_ labels: [(String, String)]) -> Series {
        let exact = MetricLabels(labels)
        return series.withLock { series in
            if let found = series[exact] { return found }
            if series.count < limit { return add(exact, to: &series) }
            let foldsOpen = MetricLabels(labels.map { ($0.0, isOpen($0.0) ? Self.folded : $0.1) })
            if let found = series[foldsOpen] { return found }
            if series.count < 2 * limit { return add(foldsOpen, to: &series) }
            let foldsAll = MetricLabels(labels.map { ($0.0, Self.folded) })
            return series[foldsAll] ?? add(foldsAll, to: &series)
        }
    }

    /// Forgets a series; its handle goes on working unseen.
    func remove(_ identity: ObjectIdentifier) {
        series.withLock { series in
            series = series.filter { $0.value.identity != identity }
        }
    }

    /// The series in the order of their labels.
    var sorted: [(MetricLabels, Series)] {
        series.withLock { $0.sorted { $0.key < $1.key } }
    }

    private func isOpen(_ label: String) -> Bool {
        openLabels?.contains(label) ?? true
    }

    private func add(_ labels: MetricLabels, to series: inout [MetricLabels: Series]) -> Series {
        let new: Series =
            switch kind {
            case .counter: .counter(PrometheusCounter())
            case .gauge: .gauge(PrometheusGauge())
            case .histogram: .histogram(PrometheusHistogram(bounds: bounds))
            }
        series[labels] = new
        return new
    }
}
