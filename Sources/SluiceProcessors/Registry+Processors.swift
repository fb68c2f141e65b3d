public import SluiceCore

extension Registry {
    /// Adds the processors that come with Sluice.
    public mutating func addStandardProcessors() {
        processor("rate-limits") { try RateLimits($0) }
        processor("rewrite-model") { try RewriteModel($0) }
        processor("set-headers") { try SetHeaders($0) }
        processor("token-limits") { try TokenLimits($0, $1) }
    }
}
