/// What a store has taken for one request, to be settled with it exactly once.
public struct LimitGrant: Sendable {
    /// Tells it from others of its key.
    public let id: UInt64
    /// As in the demand.
    public private(set) var key: String
    /// As in the demand.
    public let group: String
    /// As in the demand.
    public let rules: LimitRules
    /// The second of the store's clock in which tokens were counted.
    public let second: Int
    /// Tokens taken, with those of extensions.
    public var tokens: Int
    /// Money taken, with that of extensions.
    public var cost: Money

    /// A grant; stores make them.
    public init(id: UInt64, second: Int, demand: LimitDemand) {
        self.id = id
        self.second = second
        key = demand.key
        group = demand.group
        rules = demand.rules
        tokens = demand.tokens
        cost = demand.cost
    }

    /// The same under the key that the store counts it for.
    func renamed(_ key: String) -> LimitGrant {
        var grant = self
        grant.key = key
        return grant
    }
}
