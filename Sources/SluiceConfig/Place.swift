/// Where a table stands in the file: for people (`[[providers]] #2 (openai)`) and for the line index.
struct Place: Sendable {
    /// The keys from the root, with `#1`, `#2` … for the members of a list.
    var components: [String] = []
    /// The dotted name without indices, as a TOML header has it: `processors.rules`.
    var header = ""
    /// What is shown; empty for the top level.
    var shown = ""
    /// The list member around this table, which the header alone does not tell apart.
    private var member: String?

    /// The place of the table under `key`.
    func table(_ key: String) -> Place {
        var place = child(key)
        place.shown = "[\(place.header)]" + suffix
        return place
    }

    /// The place of one table of the list under `key`; `index` counts from 1.
    func member(_ key: String, _ index: Int, label: String?) -> Place {
        var place = child(key)
        place.components.append("#\(index)")
        place.shown = "[[\(place.header)]] #\(index)" + (label.map { " (\($0))" } ?? "") + suffix
        place.member = place.shown
        return place
    }

    private func child(_ key: String) -> Place {
        var place = self
        place.components.append(key)
        place.header = header.isEmpty ? key : "\(header).\(key)"
        return place
    }

    private var suffix: String { member.map { " of \($0)" } ?? "" }
}

extension Place {
    /// What tells the tables of a list apart for a reader: the name it gives itself, or its type, as written.
    static func label(of members: [String: Node]) -> String? {
        for key in ["name", "type"] {
            if case .string(_, let written) = members[key], !written.isEmpty, written.count <= 40 {
                return written
            }
        }
        return nil
    }
}
