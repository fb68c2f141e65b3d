import Foundation
import SluiceTokens

/// One line per round: the seconds of processor time that counting took, those that encoding took, and the number of tokens.
func measure(_ arguments: [String], by name: String) throws {
    guard arguments.count == 2, let rounds = Int(arguments[0]) else {
        fail("usage: SluiceTokensTool measure NAME ROUNDS FILE")
    }
    let text = [UInt8](try Data(contentsOf: URL(fileURLWithPath: arguments[1])))
    let tokenizer = try tokenizer(named: name)
    // One more round comes first, and loads what is not there yet.
    for round in 0...rounds {
        var (count, ids) = (0, [UInt32]())
        let counting = seconds { count = tokenizer.count(text.span) }
        let encoding = seconds { tokenizer.encode(text.span, into: &ids) }
        guard count == ids.count else { fail("counted \(count), but there are \(ids.count) ids") }
        if round > 0 { print(counting, encoding, count) }
    }
}

/// The processor time of this thread: others may be busy on the machine.
private func seconds(_ work: () throws -> Void) rethrows -> Double {
    func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
    let start = now()
    try work()
    return now() - start
}

/// The seconds of processor time until the first answer.
func load(_ name: String) throws {
    let text = Array("Hello, unfathomableness!".utf8)
    var count = 0
    let duration = try seconds { count = try tokenizer(named: name).count(text.span) }
    print(duration, count)
}
