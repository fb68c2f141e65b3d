internal import Glibc
internal import Synchronization

/// The time of log lines: RFC 3339 in UTC with milliseconds, `2026-01-31T12:00:00.250Z`.
///
/// The text is kept for its millisecond, and the part down to the second for its second: a busy proxy writes many
/// lines in each.
struct Timestamp {
    private var second = Int.min
    private var millisecond = -1
    private(set) var bytes: [UInt8] = []

    private static let shared = Mutex(Timestamp())

    /// The present time, for lines that are written now and then.
    static func now() -> String { shared.withLock { $0.text(at: .now) } }

    mutating func text(at time: Time) -> String {
        show(time)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Puts a time in ``bytes``.
    mutating func show(_ time: Time) {
        if second != time.second {
            second = time.second
            bytes = Array((Self.prefix(second) + "000Z").utf8)
            millisecond = 0
        }
        if millisecond != time.millisecond {
            millisecond = time.millisecond
            setDigits()
        }
    }

    /// A time since 1970.
    struct Time {
        var second: Int
        var millisecond: Int

        /// The present time.
        static var now: Time {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            return Time(second: time.tv_sec, millisecond: time.tv_nsec / 1_000_000)
        }
    }

    /// Writes the milliseconds over those before, in front of the last letter.
    private mutating func setDigits() {
        var rest = millisecond
        for index in stride(from: bytes.count - 2, to: bytes.count - 5, by: -1) {
            bytes[index] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
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
