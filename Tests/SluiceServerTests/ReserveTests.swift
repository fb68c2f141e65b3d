import Glibc
import Testing

@testable import SluiceServer

struct ReserveTests {
    /// Opens descriptors until there are no more; nil when there are none at all.
    private func exhaust() -> [Int32] {
        var opened: [Int32] = []
        while case let descriptor = dup(0), descriptor >= 0 { opened.append(descriptor) }
        return opened
    }

    /// Runs with few descriptors above those that are open.
    private func withFewDescriptors(_ body: () throws -> Void) throws {
        var limits = rlimit()
        try #require(getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0)
        let next = dup(0)
        try #require(next >= 0)
        close(next)
        var few = limits
        few.rlim_cur = rlim_t(next) + 20
        try #require(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &few) == 0)
        defer { setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) }
        try body()
    }

    @Test func whatIsSpentCanBeOpenedAndIsTakenBack() throws {
        try withFewDescriptors {
            let reserve = Reserve(2)
            var opened = exhaust()
            defer { for descriptor in opened { close(descriptor) } }
            for _ in 0..<2 {
                #expect(reserve.spend())
                let descriptor = dup(0)
                #expect(descriptor >= 0)
                opened.append(descriptor)
                #expect(dup(0) < 0)
            }
            #expect(!reserve.spend())
            #expect(!reserve.fill())
            if let last = opened.popLast() { close(last) }
            #expect(reserve.fill())
            // What was closed belongs to the reserve now.
            #expect(dup(0) < 0)
            #expect(reserve.spend())
        }
    }

    @Test func aReserveGivesAllBackAtItsEnd() throws {
        try withFewDescriptors {
            do {
                let reserve = Reserve(3)
                #expect(reserve.spend())
            }
            let opened = exhaust()
            for descriptor in opened { close(descriptor) }
            let reserve: Reserve? = Reserve(3)
            #expect(exhaustedCount() == opened.count - 3)
            _ = reserve
        }
    }

    private func exhaustedCount() -> Int {
        let opened = exhaust()
        for descriptor in opened { close(descriptor) }
        return opened.count
    }
}
