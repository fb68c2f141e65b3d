import SluiceWire

/// The response stages of one exchange, in the order an answer meets them.
struct StageChain {
    /// What the chain made of one event.
    enum Result {
        case keep
        case events([ServerSentEvent])
        case stop(ProxyError)
        /// A stage waits; ``StageChain/resume()`` goes on with the event.
        case waiting
    }

    /// A stage that answered `.wait`, and what is still to be done after it.
    private struct Waiting {
        let index: Int
        let event: ServerSentEvent
        let later: [ServerSentEvent]
    }

    private var stages: [any ResponseStage]
    private var waiting: Waiting?
    let wantsEvents: Bool
    let wantsDocument: Bool
    private let wantsHead: Bool
    private var isFinished = false

    init(_ stages: [any ResponseStage]) {
        self.stages = stages
        let interest = stages.reduce(into: ResponseInterest()) { $0.formUnion($1.interest) }
        wantsEvents = interest.contains(.events)
        wantsDocument = interest.contains(.document)
        wantsHead = interest.contains(.head)
    }

    var isWaiting: Bool { waiting != nil }

    mutating func head(_ head: inout ResponseHead) {
        guard wantsHead else { return }
        for index in stages.indices where stages[index].interest.contains(.head) {
            stages[index].head(&head)
        }
    }

    mutating func document(_ body: inout [UInt8]) {
        guard wantsDocument else { return }
        for index in stages.indices where stages[index].interest.contains(.document) {
            stages[index].document(&body)
        }
    }

    mutating func finish(_ outcome: Outcome) {
        guard !isFinished else { return }
        isFinished = true
        for index in stages.indices { stages[index].finish(outcome) }
    }

    mutating func pass(_ event: ServerSentEvent) -> Result {
        run([event], from: 0, isUntouched: true)
    }

    /// Asks the waiting stage again, then goes on behind it.
    mutating func resume() async -> Result {
        guard let paused = waiting else { return .keep }
        waiting = nil
        do {
            let edit = try await stages[paused.index].resume()
            switch edit {
            case .keep:
                return run(
                    [paused.event] + paused.later, from: paused.index + 1, isUntouched: false)
            case .drop:
                return run(paused.later, from: paused.index + 1, isUntouched: false)
            case .replace(let events):
                return run(events + paused.later, from: paused.index + 1, isUntouched: false)
            case .stop(let error):
                return .stop(error)
            case .wait:
                waiting = paused
                return .waiting
            }
        } catch {
            return .stop(ProxyError(converting: error))
        }
    }

    private mutating func run(
        _ start: [ServerSentEvent], from first: Int, isUntouched: Bool
    ) -> Result {
        var events = start
        var isUntouched = isUntouched
        for index in stages.indices.dropFirst(first)
        where stages[index].interest.contains(.events) {
            var next: [ServerSentEvent] = []
            for (position, event) in events.enumerated() {
                switch stages[index].event(event) {
                case .keep:
                    next.append(event)
                case .drop:
                    isUntouched = false
                case .replace(let replacements):
                    next += replacements
                    isUntouched = false
                case .stop(let error):
                    return .stop(error)
                case .wait:
                    waiting = Waiting(
                        index: index, event: event, later: Array(events[(position + 1)...]))
                    return .waiting
                }
            }
            events = next
        }
        return isUntouched ? .keep : .events(events)
    }
}
