import Glibc
import Testing

@testable import SluiceLoop

struct DescriptorLimitTests {
    @Test(
        arguments: [
            (32, 16, 20, 24), (64, 48, 52, 56), (1024, 768, 928, 960),
            (20_000, 15_904, 19_904, 19_936),
            (1_048_576, 1_044_480, 1_048_480, 1_048_512),
        ] as [(Int32, Int32, Int32, Int32)])
    func someAreLeft(limit: Int32, clients: Int32, upstreams: Int32, traffic: Int32) {
        let limits = DescriptorLimits(of: limit)
        #expect(limits.clients == clients)
        #expect(limits.upstreams == upstreams)
        #expect(limits.traffic == traffic)
    }

    @Test func theLimitIsRaisedAsFarAsItMayBe() {
        var before = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &before)
        defer { setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &before) }
        var lower = before
        let most = min(before.rlim_max, 1 << 20)
        lower.rlim_cur = most / 2
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &lower)
        let low = DescriptorLimits.current
        DescriptorLimits.raise()
        #expect(DescriptorLimits.current.traffic > low.traffic)
        var after = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &after)
        #expect(after.rlim_cur == most)
    }
}
