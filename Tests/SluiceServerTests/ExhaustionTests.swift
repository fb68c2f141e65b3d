import Testing

@testable import SluiceServer

struct ExhaustionTests {
    /// Seconds at which loops find out, and how often that is told.
    @Test(
        arguments: [
            ([100], 1), ([100, 100], 1), ([100, 99], 1), ([100, 109, 110], 1), ([100, 111], 2),
            ([100, 111, 110, 122], 3),
        ] as [([UInt64], Int)])
    func itIsToldOnceInTenSeconds(times: [UInt64], expected: Int) {
        nonisolated(unsafe) var told = 0
        let state = ServerState { told += 1 }
        for time in times { state.noteExhaustion(now: time * 1_000_000_000) }
        #expect(told == expected)
    }
}
