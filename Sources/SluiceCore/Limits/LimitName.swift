/// Names a limit for metrics.
public struct LimitName: Sendable, Hashable {
    /// The name of its section.
    public let section: String
    /// Its key in the section.
    public let limit: String

    /// A name.
    public init(section: String, limit: String) {
        (self.section, self.limit) = (section, limit)
    }
}
