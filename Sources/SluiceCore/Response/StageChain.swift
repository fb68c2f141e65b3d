import SluiceWire

/// The response stages of one exchange, in the order an answer meets them.
struct StageChain {
    /// What the chain made of one event.
    enum Result {
        case keep
        case events([ServerSentEvent])
        /// The stream ends, behind what had passed the stages before.
        case stop(ProxyError, after: [ServerSentEvent])
        /// The stream is over behind these.
        case end([ServerSentEvent], reason: ProxyError?)
        /// A stage waits; ``StageChain/resume()`` goes on with the event.
        case waiting
    }

    /// What is on its way through the stages, made of one event of the stream.
    private struct Pass {
        /// The stage whose turn it is.
        var index: Int
        /// Events that the stage has let go.
        var passed: [ServerSentEvent] = []
        /// Events that the stage has not seen.
        var waiting: [ServerSentEvent] = []
        /// Whether all is still as it came, so that the stream's own bytes can go on.
        var isUntouched = true
        /// Set once a stage has stopped the stream: later stages see what it had let go.
        var stop: ProxyError?
        /// Set once a stage has ended the stream: later stages see the events that end it.
        var isEnd = false
        var reason: ProxyError?

        mutating func apply(_ edit: EventEdit, to event: ServerSentEvent) {
            switch edit {
            case .keep: passed.append(event)
            case .drop: isUntouched = false
            case .replace(let events):
                passed += events
                isUntouched = false
            case .stop(let error):
                stop = error
                waiting = []
                isUntouched = false
            case .end(let events, let why):
                passed += events
                isEnd = true
                reason = why
                waiting = []
                isUntouched = false
            case .wait: break
            }
        }

        mutating func moveOn() {
            index += 1
            waiting = passed
            passed = []
        }
    }

    /// A pass that stands still because its stage answered `.wait` to an event.
    private struct Pause {
        let event: ServerSentEvent
        let pass: Pass
    }

    private var stages: [any ResponseStage]
    private var pause: Pause?
    let wantsEvents: Bool
    let wantsDocument: Bool
    let wantsText: Bool
    private let wantsHead: Bool
    private var isFinished = false

    init(_ stages: [any ResponseStage]) {
        self.stages = stages
        let interest = stages.reduce(into: ResponseInterest()) { $0.formUnion($1.interest) }
        wantsEvents = interest.contains(.events)
        wantsDocument = interest.contains(.document)
        wantsText = interest.contains(.text)
        wantsHead = interest.contains(.head)
    }

    var isWaiting: Bool { pause != nil }

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

    mutating func finish(_ outcome: Outcome, _ consumption: Consumption) {
        guard !isFinished else { return }
        isFinished = true
        for index in stages.indices { stages[index].finish(outcome, consumption) }
    }

    mutating func produced(_ text: ProducedText) {
        for index in stages.indices where stages[index].interest.contains(.text) {
            stages[index].produced(text)
        }
    }

    /// As long as all stages keep an event, it costs no allocation.
    mutating func pass(_ event: ServerSentEvent) -> Result {
        for index in stages.indices where stages[index].interest.contains(.events) {
            let edit = stages[index].event(event)
            if case .keep = edit { continue }
            return settle(edit, of: event, in: Pass(index: index))
        }
        return .keep
    }

    /// Asks the waiting stage again, then goes on behind it.
    mutating func resume() async -> Result {
        guard let paused = pause else { return .keep }
        pause = nil
        var edit = EventEdit.keep
        do {
            edit = try await stages[paused.pass.index].resume()
        } catch {
            edit = .stop(ProxyError(converting: error))
        }
        return settle(edit, of: paused.event, in: paused.pass)
    }

    /// Does what a stage wants with one event, and goes on.
    private mutating func settle(
        _ edit: EventEdit, of event: ServerSentEvent, in pass: Pass
    ) -> Result {
        if case .wait = edit {
            pause = Pause(event: event, pass: pass)
            return .waiting
        }
        var pass = pass
        pass.apply(edit, to: event)
        return run(pass)
    }

    private mutating func run(_ start: Pass) -> Result {
        var pass = start
        while pass.index < stages.count {
            guard stages[pass.index].interest.contains(.events) else {
                pass.passed = pass.waiting
                pass.moveOn()
                continue
            }
            while !pass.waiting.isEmpty {
                let event = pass.waiting.removeFirst()
                let edit = stages[pass.index].event(event)
                if case .wait = edit {
                    pause = Pause(event: event, pass: pass)
                    return .waiting
                }
                pass.apply(edit, to: event)
            }
            pass.moveOn()
        }
        if pass.isEnd, pass.stop == nil { return .end(pass.waiting, reason: pass.reason) }
        if let stop = pass.stop { return .stop(stop, after: pass.waiting) }
        return pass.isUntouched ? .keep : .events(pass.waiting)
    }
}
