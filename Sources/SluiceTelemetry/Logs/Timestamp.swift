internal import Glibc
internal import Synchronization

/// The time of log lines: RFC 3339 in UTC with milliseconds, `2026-01-31T12:00:00.250Z`.
///
/// The text is kept for its millisecond, and the part down to the second for its second: a busy proxy writes many
/// lines in each.
final class Timestamp: Sendable {
    static let shared = Timestamp()

    private struct Cache {
        var second = Int.min
        var prefix = ""
        var millisecond = -1
        var text = ""
    }

    private let cache = Mutex(Cache())

    func now() -> String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return text(seconds: time.tv_sec, nanoseconds: time.tv_nsec)
    }

    /// The text of a time since 1970.
    func text(seconds: Int, nanoseconds: Int) -> String {
        let millisecond = nanoseconds / 1_000_000
        return cache.withLock { cache in
            if cache.second != seconds {
                cache.second = seconds
                cache.prefix = Self.prefix(seconds)
                cache.millisecond = -1
            }
            if cache.millisecond != millisecond {
                cache.millisecond = millisecond
                cache.text = cache.prefix + "\(Self.padded(millisecond, 3))Z"
            }
            return cache.text
        }
    }

    private static func prefix(_ seconds: Int) -> String {
        let days = Int((Double(seconds) / 86_400).rounded(.down))
        let rest = seconds - days * 86_400
        let (year, month, day) = date(days)
        let time = [rest / 3_600, rest / 60 % 60, rest % 60].map { padded($0, 2) }
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T"
            + time.joined(separator: ":") + "."
    }

    /// The civil date of a day since 1970, in the proleptic Gregorian calendar. Years are counted from March, so that
    /// the leap day is the last of its year.
    private static func date(_ days: Int) -> (Int, Int, Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * month + 2) / 5 + 1
        return (
            yearOfEra + era * 400 + (month >= 10 ? 1 : 0), month < 10 ? month + 3 : month - 9, day
        )
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
