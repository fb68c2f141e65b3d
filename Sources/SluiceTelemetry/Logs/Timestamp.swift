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
        var millisecond = -1
        var text = [UInt8]()
    }

    private let cache = Mutex(Cache())

    func now() -> String { String(decoding: bytes(), as: UTF8.self) }

    /// The present time as bytes.
    func bytes() -> [UInt8] {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return bytes(seconds: time.tv_sec, nanoseconds: time.tv_nsec)
    }

    /// The text of a time since 1970.
    func text(seconds: Int, nanoseconds: Int) -> String {
        String(decoding: bytes(seconds: seconds, nanoseconds: nanoseconds), as: UTF8.self)
    }

    private func bytes(seconds: Int, nanoseconds: Int) -> [UInt8] {
        let millisecond = nanoseconds / 1_000_000
        return cache.withLock { cache in
            if cache.second != seconds {
                cache.second = seconds
                cache.text = Array((Self.prefix(seconds) + "000Z").utf8)
                cache.millisecond = 0
            }
            if cache.millisecond != millisecond {
                cache.millisecond = millisecond
                Self.setDigits(millisecond, in: &cache.text)
            }
            return cache.text
        }
    }

    /// Writes the milliseconds over those before, in front of the last letter.
    private static func setDigits(_ millisecond: Int, in text: inout [UInt8]) {
        var rest = millisecond
        for index in stride(from: text.count - 2, to: text.count - 5, by: -1) {
            text[index] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
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
