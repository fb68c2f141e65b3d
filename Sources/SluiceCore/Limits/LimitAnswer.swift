/// What a store said to a demand.
public struct LimitAnswer: Sendable {
    /// How it stands with one limit.
    public struct Standing: Sendable, Equatable {
        /// What is left, this request taken into account.
        public var remaining: Int
        /// When all of it is there again, in milliseconds, if nothing else comes.
        public var resetMilliseconds: Int

        /// A standing.
        public init(remaining: Int, resetMilliseconds: Int) {
            self.remaining = remaining
            self.resetMilliseconds = resetMilliseconds
        }
    }

    /// Why a request has to wait.
    public struct Refusal: Sendable, Equatable {
        /// The limit that takes longest to have room.
        public var kind: LimitKind
        /// After how many milliseconds it has room for this request, if nothing else comes; nil: never, the request is larger than the limit.
        public var waitMilliseconds: Int?
        /// What is taken of it.
        public var used: Int

        /// A refusal.
        public init(kind: LimitKind, waitMilliseconds: Int?, used: Int) {
            self.kind = kind
            self.waitMilliseconds = waitMilliseconds
            self.used = used
        }
    }

    /// What was taken; nil where the request was refused, and then nothing was.
    public var grant: LimitGrant?
    /// Set where the request was refused.
    public var refusal: Refusal?
    /// Of the requests per minute; of no meaning without that limit.
    public var requests: Standing
    /// Of the tokens per minute; of no meaning without that limit.
    public var tokens: Standing

    /// An answer.
    public init(grant: LimitGrant?, refusal: Refusal?, requests: Standing, tokens: Standing) {
        self.grant = grant
        self.refusal = refusal
        self.requests = requests
        self.tokens = tokens
    }
}
