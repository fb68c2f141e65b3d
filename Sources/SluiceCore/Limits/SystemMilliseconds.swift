internal import Glibc

/// The system's clocks.
public enum SystemMilliseconds {
    /// Milliseconds of the clock that never jumps, and since 1970.
    @Sendable
    public static func now() -> (steady: Int, wall: Int) {
        (milliseconds(CLOCK_MONOTONIC), milliseconds(CLOCK_REALTIME))
    }

    private static func milliseconds(_ clock: clockid_t) -> Int {
        var time = timespec()
        clock_gettime(clock, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }
}
