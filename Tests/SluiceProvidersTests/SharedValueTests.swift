import Synchronization
import Testing

@testable import SluiceProviders

struct SharedValueTests {
    private struct Failure: Error {}

    private final class Counter: Sendable {
        let runs = Atomic(0)
        var count: Int { runs.load(ordering: .relaxed) }
        func add() { runs.add(1, ordering: .relaxed) }
    }

    /// Waits until so many callers stand in line.
    private func wait(_ shared: SharedValue<Int>, for count: Int) async {
        while shared.waiting < count { await Task.yield() }
    }

    @Test func aFailureIsSharedByThoseWhoWait() async throws {
        let shared = SharedValue<Int>()
        let counter = Counter()
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<5 {
                group.addTask {
                    do {
                        _ = try await shared.value {
                            counter.add()
                            await wait(shared, for: 4)
                            throw Failure()
                        }
                        return false
                    } catch { return error is Failure }
                }
            }
            for await isFailure in group { #expect(isFailure) }
        }
        #expect(counter.count == 1)
        #expect(try await shared.value { (7, nil) } == 7)
    }

    @Test func whenTheFirstGoesAwayAnotherTakesOver() async throws {
        let shared = SharedValue<Int>()
        let counter = Counter()
        let first = Task {
            try await shared.value {
                counter.add()
                await wait(shared, for: 1)
                throw CancellationError()
            }
        }
        while counter.count == 0 { await Task.yield() }
        let second = Task { try await shared.value { (2, nil) } }
        await #expect(throws: CancellationError.self) { try await first.value }
        #expect(try await second.value == 2)
        #expect(try await shared.value { (3, nil) } == 2)
    }

    @Test func onlyTheRefusedValueIsForgotten() async throws {
        let shared = SharedValue<Int>()
        #expect(try await shared.value { (1, nil) } == 1)
        shared.drop { $0 == 5 }
        #expect(try await shared.value { (2, nil) } == 1)
        shared.drop { $0 == 1 }
        #expect(try await shared.value { (2, nil) } == 2)
    }
}
