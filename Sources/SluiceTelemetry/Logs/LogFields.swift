internal import Logging
internal import SluiceJSON

/// Takes the fields of a line in the form of the line.
protocol LogFields {
    mutating func field(_ key: String, _ text: String)
    mutating func field(_ key: String, _ number: Int)
    mutating func field(_ key: String, _ value: Logger.MetadataValue)
    /// A time, given in nanoseconds and shown in milliseconds with three decimals at most.
    mutating func field(_ key: String, nanoseconds: UInt64)
}

extension LogFields {
    static func milliseconds(_ nanoseconds: UInt64) -> Double {
        Double(nanoseconds / 1_000) / 1_000
    }
}

extension JSONWriter: LogFields {
    mutating func field(_ key: String, _ text: String) {
        self.key(key)
        string(text)
    }

    mutating func field(_ key: String, _ number: Int) {
        self.key(key)
        int(number)
    }

    mutating func field(_ key: String, nanoseconds: UInt64) {
        self.key(key)
        double(Self.milliseconds(nanoseconds))
    }

    mutating func field(_ key: String, _ value: Logger.MetadataValue) {
        self.key(key)
        metadata(value)
    }

    private mutating func metadata(_ value: Logger.MetadataValue) {
        switch value {
        case .string(let text): string(text)
        case .stringConvertible(let value): string(value.description)
        case .array(let elements): array { for element in elements { $0.metadata(element) } }
        case .dictionary(let members):
            object { writer in
                for (name, member) in members.sorted(by: { $0.key < $1.key }) {
                    writer.field(name, member)
                }
            }
        }
    }
}
