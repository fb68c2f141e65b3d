internal import SluiceCore

/// The section that a limit stands in.
struct LimitSource {
    let section: String
    /// As in the file; of a header field its name and never its value.
    let key: String

    func text(_ kind: LimitKind) -> String {
        "rate-limits \(section), key \(key), \(kind.key)"
    }
}

extension LimitKind {
    /// As in the file.
    var key: String {
        switch self {
        case .requests: "requests_per_minute"
        case .tokens: "tokens_per_minute"
        case .concurrency: "concurrent_requests"
        case .dayBudget: "budget_per_day"
        case .monthBudget: "budget_per_month"
        }
    }
}
