/// The labels of one series, in the form in which they are exposed: `route="/v1/models",status="200"`.
///
/// Text and key in one: it is made when a handle is asked for and never again.
struct MetricLabels: Hashable, Comparable, Sendable {
    /// Empty when there are no labels.
    let text: String

    /// Labels with an empty value are left out: to Prometheus both are the same.
    init(_ labels: [(String, String)]) {
        var text = ""
        for (name, value) in labels where !value.isEmpty {
            if !text.isEmpty { text += "," }
            text += "\(MetricName.label(name))=\"\(Self.escaped(value))\""
        }
        self.text = text
    }

    static func < (first: MetricLabels, second: MetricLabels) -> Bool {
        first.text < second.text
    }

    /// A label's value as the text format 0.0.4 wants it: backslash, quote and newline are escaped.
    private static func escaped(_ value: String) -> String {
        guard value.utf8.contains(where: { $0 == 0x5C || $0 == 0x22 || $0 == 0x0A }) else {
            return value
        }
        var result = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
