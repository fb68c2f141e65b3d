public import SluiceWire

/// What one processor does to one answer on its way back. Stages run in the reverse order of their processors.
///
/// All methods are synchronous and run in one pass with the read that brought the bytes: a stage must be quick, and costs some ten
/// nanoseconds an event. A stage that has to wait answers ``EventEdit/wait`` and only it pays for that.
public protocol ResponseStage: Sendable {
    /// What this stage wants to see; fixed for its life. Where nobody wants events, events are not decoded.
    var interest: ResponseInterest { get }

    /// The head of the answer, before anything is sent. May change it.
    mutating func head(_ head: inout ResponseHead)

    /// The text that a stream has brought so far, that of the event at hand included; comes before ``event(_:)``. Don't keep it: the next
    /// event would copy it.
    mutating func produced(_ text: ProducedText)

    /// One event of a stream.
    mutating func event(_ event: ServerSentEvent) -> EventEdit

    /// Called after ``event(_:)`` answered `.wait`; what it returns is done with that event.
    nonisolated(nonsending) mutating func resume() async throws -> EventEdit

    /// A whole answer that is not a stream. May change it.
    mutating func document(_ body: inout [UInt8])

    /// The end, exactly once, whatever happened.
    mutating func finish(_ outcome: Outcome)

    /// The end, for stages that want to know what the exchange used; the default calls ``finish(_:)``.
    mutating func finish(_ outcome: Outcome, _ consumption: Consumption)
}

extension ResponseStage {
    public var interest: ResponseInterest { [] }
    public mutating func head(_ head: inout ResponseHead) {}
    public mutating func produced(_ text: ProducedText) {}
    public mutating func event(_ event: ServerSentEvent) -> EventEdit { .keep }
    nonisolated(nonsending) public mutating func resume() async throws -> EventEdit { .keep }
    public mutating func document(_ body: inout [UInt8]) {}
    public mutating func finish(_ outcome: Outcome) {}
    public mutating func finish(_ outcome: Outcome, _ consumption: Consumption) { finish(outcome) }
}

/// What a stage wants to see of an answer.
public struct ResponseInterest: OptionSet, Sendable {
    /// One bit for each kind.
    public let rawValue: UInt8

    /// A set of these bits.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Status and header fields.
    public static let head = ResponseInterest(rawValue: 1)
    /// Each event of a stream.
    public static let events = ResponseInterest(rawValue: 2)
    /// Whole answers that are no streams.
    public static let document = ResponseInterest(rawValue: 4)
    /// The text of a stream as it grows, for whoever also wants its events. It is found anyway, so nobody has to parse them for it.
    public static let text = ResponseInterest(rawValue: 8)
}

/// What a stage wants done with an event.
public enum EventEdit: Sendable {
    /// Its bytes go on untouched.
    case keep
    case drop
    case replace([ServerSentEvent])
    /// The stream ends here with an error event.
    case stop(ProxyError)
    /// The stream ends here with these events, as if the provider had ended it so: the last of them should say that it is the end.
    /// The record has the reason's code and detail.
    case end([ServerSentEvent], reason: ProxyError? = nil)
    /// Reading stops until ``ResponseStage/resume()`` has an answer.
    case wait
}
