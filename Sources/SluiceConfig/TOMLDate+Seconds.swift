internal import TOMLKit

extension TOMLDate {
    /// Days since 1970 in the proleptic Gregorian calendar: years begin in March here, so that a leap day is their last.
    fileprivate var daysSince1970: Int {
        let isEarly = month < 3
        let year = isEarly ? year - 1 : year
        let dayOfYear = (153 * (isEarly ? month + 9 : month - 3) + 2) / 5 + day - 1
        return 365 * year + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
    }

    /// The first second that is no longer this day, in UTC.
    var end: Int { (daysSince1970 + 1) * 86_400 }
}

extension TOMLDateTime {
    /// Nil for a time without offset: nobody knows when that is.
    var secondsSince1970: Int? {
        guard let offset else { return nil }
        let minutes = date.daysSince1970 * 1440 + time.hour * 60 + time.minute - offset.offset
        return minutes * 60 + time.second
    }
}
