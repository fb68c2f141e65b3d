internal import Foundation

extension ServerCertificate {
    /// Names, kind of key and dates at a moment in seconds since 1970, for people.
    public func summary(at now: Int) -> String {
        let shown = names.isEmpty ? "no names" : names.joined(separator: ", ")
        return "\(shown) (\(keyType)), " + (complaint(at: now) ?? "expires on \(Self.day(ends))")
    }

    /// What is wrong with its dates at a moment in seconds since 1970; nil when it holds then.
    public func complaint(at now: Int) -> String? {
        if now >= ends { return "expired on \(Self.day(ends))" }
        if now < begins { return "not valid before \(Self.day(begins))" }
        return nil
    }

    private static func day(_ seconds: Int) -> String {
        let date = Date(timeIntervalSince1970: Double(seconds))
        return date.formatted(.iso8601.year().month().day())
    }
}
