import Foundation
import Synchronization
import Testing

@testable import SluiceLoop

struct ThreadTests {
    @Test func theKernelKnowsALoopsNameAsFarAsItGoes() async throws {
        for name in ["a-loop-7", "a-name-that-is-long"] {
            let loop = Loop.start(name: name)
            defer { loop.stop() }
            let kept = try await loop.run { _ in
                try String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)
            }
            #expect(kept == name.prefix(15) + "\n")
        }
    }
}

/// Work of a loop, in the order in which it ran.
private final class Diary: Sendable {
    private let kept = Mutex<[String]>([])
    var lines: [String] { kept.withLock { $0 } }

    func note(_ line: String) {
        kept.withLock { $0.append(line) }
    }

    func has(_ count: Int) async {
        while lines.count < count { await Task.yield() }
    }
}

/// Waits until it is let go.
private final class Pause {
    private var waiter: CheckedContinuation<Void, Never>?

    func wait() async {
        await withCheckedContinuation { waiter = $0 }
    }

    func end() {
        waiter?.resume()
        waiter = nil
    }
}

/// Notes the end of a turn, and leaves work there.
private final class Ending: TurnEndHandler {
    private let poller: Poller
    private let diary: Diary

    init(_ poller: Poller, _ diary: Diary) {
        self.poller = poller
        self.diary = diary
    }

    func turnEnds() {
        diary.note("end of turn")
        poller.spawn(work)
    }

    private func work() async {
        diary.note("work of the end")
    }
}

struct TaskTests {
    private let loop = Loop.start(name: "test")
    private let diary = Diary()

    @Test func workThatWaitsHoldsUpNoOther() async {
        let diary = diary
        await loop.run { poller in
            let pause = Pause()
            func waits() async {
                diary.note("waits")
                await pause.wait()
                diary.note("goes on")
            }
            func passes() async {
                diary.note("passes")
                pause.end()
            }
            poller.spawn(waits)
            poller.spawn(passes)
        }
        await diary.has(3)
        #expect(diary.lines == ["waits", "passes", "goes on"])
    }

    @Test func workThatAddsWorkLetsTheLoopTurn() async {
        let diary = diary
        await loop.run { poller in
            var left = 3
            func again() async {
                diary.note("work")
                left -= 1
                if left > 0 { poller.spawn(again) }
            }
            poller.spawn(again)
        }
        await diary.has(3)
        // The loop still hears of others.
        #expect(await loop.run { _ in true })
    }

    @Test func cancelledWorkRunsToItsEndAndCancelsNoOther() async {
        let diary = diary
        await loop.run { poller in
            let pause = Pause()
            func waits() async {
                await pause.wait()
                diary.note(Task.isCancelled ? "cancelled" : "not cancelled")
            }
            let work = poller.spawn(waits)
            func cancels() async {
                work.cancel()
                pause.end()
            }
            poller.spawn(cancels)
        }
        await diary.has(1)
        await loop.run { poller in
            for _ in 0..<8 {
                func checks() async { diary.note(Task.isCancelled ? "cancelled" : "not cancelled") }
                poller.spawn(checks)
            }
        }
        await diary.has(9)
        #expect(diary.lines == ["cancelled"] + Array(repeating: "not cancelled", count: 8))
    }

    @Test func theEndOfATurnComesBehindItsWorkAndMayBringMore() async {
        let diary = diary
        await loop.run { poller in
            let ending = Ending(poller, diary)
            poller.atEndOfTurn(ending)
            func works() async { diary.note("work") }
            poller.spawn(works)
        }
        await diary.has(3)
        #expect(diary.lines == ["work", "end of turn", "work of the end"])
    }

    @Test func workCancelledBeforeItBeginsKnows() async {
        let diary = diary
        await loop.run { poller in
            func checks() async { diary.note(Task.isCancelled ? "cancelled" : "not cancelled") }
            poller.spawn(checks).cancel()
        }
        await diary.has(1)
        #expect(diary.lines == ["cancelled"])
    }

    @Test func aLoopThatStopsFreesWhatItsTasksHeld() async {
        final class Held: Sendable {}
        weak var held: Held?
        let loop = Loop.start(name: "short")
        do {
            let made = Held()
            held = made
            await loop.run { poller in
                func uses() async { _ = made }
                poller.spawn(uses)
            }
        }
        await loop.run { _ in }
        loop.stop()
        while held != nil { await Task.yield() }
        #expect(held == nil)
    }

    @Test func aLoopThatStopsFreesWhatWorkThatNeverBeganHeld() async {
        /// Refers to its loop, as all that lives there does.
        final class Held {
            let poller: Poller
            init(_ poller: Poller) { self.poller = poller }
        }
        // Safety: set and freed on the loop's thread, and only compared here.
        nonisolated(unsafe) weak var held: Held?
        let loop = Loop.start(name: "short")
        await loop.run { poller in
            let made = Held(poller)
            held = made
            func uses() async { _ = made }
            func stops() async {
                // This turn's work began before; what is added is the next turn's, which never comes.
                poller.spawn(uses)
                loop.stop()
            }
            poller.spawn(stops)
        }
        let deadline = ContinuousClock.now.advanced(by: .seconds(5))
        while held != nil, ContinuousClock.now < deadline { await Task.yield() }
        #expect(held == nil)
    }
}
