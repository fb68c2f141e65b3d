/// Decomposed text whose marks are put into Unicode's canonical order, in linear time however many there are in a run.
struct OrderedScalars {
    private var text = String.UnicodeScalarView()
    /// The marks since the last character that is none, by their combining classes.
    private var marks: [UInt8: [Unicode.Scalar]] = [:]

    mutating func append(_ part: String) {
        for scalar in part.unicodeScalars {
            let order = scalar.properties.canonicalCombiningClass.rawValue
            if order == 0 {
                appendMarks()
                text.append(scalar)
            } else {
                marks[order, default: []].append(scalar)
            }
        }
    }

    private mutating func appendMarks() {
        guard !marks.isEmpty else { return }
        for order in marks.keys.sorted() { text.append(contentsOf: marks[order] ?? []) }
        marks.removeAll(keepingCapacity: true)
    }

    consuming func finished() -> String {
        appendMarks()
        return String(text)
    }
}
