internal import TOMLKit

/// Turns TOMLKit's tables, which are pointers into a C++ document, into values, and expands variables on the way.
struct NodeReader {
    let expansion: VariableExpansion
    /// Told of each thing that is wrong; the reading goes on, so that all of them are found.
    let report: (_ message: String, _ place: Place, _ key: String) -> Void

    func table(_ table: TOMLTable, at place: Place) -> [String: Node] {
        var members: [String: Node] = [:]
        for key in table.keys {
            guard let value = table[key]?.tomlValue else { continue }
            members[key] = node(value, at: place, key: key)
        }
        return members
    }

    private func node(_ value: TOMLValue, at place: Place, key: String) -> Node? {
        switch value.type {
        case .string:
            return value.string.flatMap { string($0, at: place, key: key) }
        case .int:
            return value.int.map { .int($0) }
        case .double:
            return value.double.map { .double($0) }
        case .bool:
            return value.bool.map { .bool($0) }
        case .array:
            return value.array.map { array($0, at: place, key: key) }
        case .table:
            return value.table.map { .table(table($0, at: place.table(key))) }
        case .date:
            return value.date.map { .date($0.end, written: $0.debugDescription) }
        case .dateTime:
            return value.dateTime.map { time in
                time.secondsSince1970.map { .date($0, written: time.debugDescription) }
                    ?? .time(
                        fault: "a time needs its offset, as 2027-01-31T12:00:00Z has",
                        written: time.debugDescription)
            }
        case .time:
            return value.time.map {
                .time(
                    fault: "times have no use here; quote it if a string is meant",
                    written: $0.debugDescription)
            }
        }
    }

    private func array(_ array: TOMLArray, at place: Place, key: String) -> Node {
        var elements: [Node] = []
        for index in array.indices {
            let value = array[index].tomlValue
            if let table = value.table {
                let label = ["name", "type"].lazy.compactMap { table[$0]?.string }.first
                elements.append(
                    .table(self.table(table, at: place.member(key, index + 1, label: label))))
            } else if let element = node(value, at: place, key: key) {
                elements.append(element)
            }
        }
        return .array(elements)
    }

    private func string(_ written: String, at place: Place, key: String) -> Node? {
        do throws(VariableExpansion.Failure) {
            return .string(try expansion.expand(written), written: written)
        } catch {
            report(error.message, place, key)
            return nil
        }
    }
}
