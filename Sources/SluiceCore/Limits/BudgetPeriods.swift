/// The day and the month, in UTC, of a moment.
package struct BudgetPeriods: Sendable, Equatable {
    /// Days since 1 January 1970.
    package let day: Int
    /// Months since January 1970.
    package let month: Int
    /// When the day ends, in seconds since 1970.
    package let dayEnd: Int
    /// When the month ends, in seconds since 1970.
    package let monthEnd: Int

    private static let secondsPerDay = 86_400

    /// - Parameter seconds: since 1970.
    package init(seconds: Int) {
        day = seconds / Self.secondsPerDay
        dayEnd = (day + 1) * Self.secondsPerDay
        month = Self.month(ofDay: day)
        monthEnd = Self.firstDay(ofMonth: month + 1) * Self.secondsPerDay
    }

    /// When the day ends, as RFC 3339 writes it.
    package var dayEndText: String { Self.text(ofDay: day + 1) }

    /// When the month ends, as RFC 3339 writes it.
    package var monthEndText: String { Self.text(ofDay: Self.firstDay(ofMonth: month + 1)) }

    private static func text(ofDay day: Int) -> String {
        let month = month(ofDay: day)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let date = two(day - firstDay(ofMonth: month) + 1)
        return "\(1970 + month / 12)-\(two(month % 12 + 1))-\(date)T00:00:00Z"
    }

    /// The largest month whose first day is not later.
    private static func month(ofDay day: Int) -> Int {
        var month = day / 31
        while firstDay(ofMonth: month + 1) <= day { month += 1 }
        return month
    }

    /// Days from 1 January 1970 to the first of a month, by the Gregorian rule of leap years.
    private static func firstDay(ofMonth month: Int) -> Int {
        let (years, index) = month.quotientAndRemainder(dividingBy: 12)
        let year = 1970 + years
        let before = year - 1
        let leapDays = before / 4 - before / 100 + before / 400 - 477
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let starts = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
        return years * 365 + leapDays + starts[index] + (isLeap && index > 1 ? 1 : 0)
    }
}
