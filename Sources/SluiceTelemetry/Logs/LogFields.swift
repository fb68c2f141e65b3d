internal import Logging
internal import SluiceCore

/// Takes the fields of a line in the form of the line.
protocol LogFields {
    mutating func field(_ name: LogFieldName, _ text: String)
    mutating func field(_ name: LogFieldName, _ number: Int)
    mutating func field(_ name: LogFieldName, _ value: Logger.MetadataValue)
    /// A time, given in nanoseconds and shown in milliseconds with three decimals.
    mutating func field(_ name: LogFieldName, nanoseconds: UInt64)
    /// An amount with nine decimals.
    mutating func field(_ name: LogFieldName, money: Money)
}

/// What a line says beyond time, level and message.
///
/// A protocol rather than a closure, because a closure could not be generic over the form of the line.
protocol LogContent {
    func write(to fields: inout some LogFields)
}

/// How many lines the sink has lost.
struct LostLines: LogContent {
    var count: Int

    func write(to fields: inout some LogFields) {
        fields.field(LogFieldName("count"), count)
    }
}
