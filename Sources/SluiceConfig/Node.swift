/// A value of the file with what is needed to speak about it in an error.
indirect enum Node: Sendable, Hashable {
    /// `written` is the text before variables were put in: the only form that an error may quote.
    case string(String, written: String)
    case int(Int)
    case double(Double)
    case bool(Bool)
    /// Seconds since 1970 at which it is over: of a date, its last second and one; `written` as TOML spells it.
    case date(Int, written: String)
    /// A time that nothing can be done with; `fault` says why to whoever reads it.
    case time(fault: String, written: String)
    case array([Node])
    case table([String: Node])

    /// The kind with its article, for "found an integer".
    var kind: String {
        switch self {
        case .string: "a string"
        case .int: "an integer"
        case .double(let number): number.isFinite ? "a number" : "a number that is not finite"
        case .bool: "true or false"
        case .date: "a date"
        case .time: "a time"
        case .array: "a list"
        case .table: "a table"
        }
    }

    /// Whether it stands in the file as `[[name]]`, or could.
    var isListOfTables: Bool {
        guard case .array(let elements) = self, !elements.isEmpty else { return false }
        return elements.allSatisfy { if case .table = $0 { true } else { false } }
    }

    /// Whether it is what people call a section: `[name]` or `[[name]]`.
    var isSection: Bool {
        if case .table = self { return true }
        return isListOfTables
    }

    /// Why nothing can be done with it, or with something inside.
    var fault: String? {
        switch self {
        case .time(let fault, _): fault
        case .array(let elements): elements.lazy.compactMap(\.fault).first
        case .table(let members): members.values.lazy.compactMap(\.fault).first
        default: nil
        }
    }

    var value: ConfigurationValue {
        switch self {
        case .string(let text, _): .string(text)
        case .int(let number): .int(number)
        case .double(let number): .double(number)
        case .bool(let flag): .bool(flag)
        case .date(_, let written), .time(_, let written): .string(written)
        case .array(let elements): .array(elements.map(\.value))
        case .table(let members): .table(members.mapValues(\.value))
        }
    }
}
