internal import Logging

/// What all exchanges of a pipeline have in common, behind one reference.
final class ContextParts: Sendable {
    /// Copied for those exchanges only that log: metadata is a dictionary.
    let logger: Logger
    let limitStore: any LimitStore
    let accounting: UsageAccounting
    let routes: Routes?

    init(
        logger: Logger, limitStore: any LimitStore = MemoryLimitStore(),
        accounting: UsageAccounting = UsageAccounting(), routes: Routes? = nil
    ) {
        self.logger = logger
        self.limitStore = limitStore
        self.accounting = accounting
        self.routes = routes
    }
}
