internal import Glibc

/// The `date` field's value (RFC 9110 section 5.6.7), made at most once a second.
struct ResponseDate {
    private var second: UInt64 = .max
    private var text: [UInt8] = []

    /// - Parameter now: nanoseconds of the loop's clock.
    mutating func field(at now: UInt64) -> [UInt8] {
        let current = now / 1_000_000_000
        if current != second {
            second = current
            text = Self.format(time(nil))
        }
        return text
    }

    /// `date: Sun, 06 Nov 1994 08:49:37 GMT` with its line end.
    static func format(_ time: time_t) -> [UInt8] {
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        var seconds = time
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func two(_ number: Int32) -> String { (number < 10 ? "0" : "") + String(number) }
        let date = "\(two(parts.tm_mday)) \(months[Int(parts.tm_mon)]) \(parts.tm_year + 1900)"
        let clock = "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
        return Array("date: \(days[Int(parts.tm_wday)]), \(date) \(clock) GMT\r\n".utf8)
    }
}
