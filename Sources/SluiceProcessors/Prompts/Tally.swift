/// Tokens, and how sure they are.
struct Tally: Equatable {
    var tokens = 0
    /// False where the rule for a part is not published or only approximate.
    var isExact = true
    /// Whether images, sound or files are among it, which take other numbers of tokens than their bytes suggest.
    var hasMedia = false

    /// What no published rule covers.
    static func estimate(_ tokens: Int) -> Tally { Tally(tokens: tokens, isExact: false) }

    /// What is no text.
    static func media(_ tokens: Int) -> Tally {
        Tally(tokens: tokens, isExact: false, hasMedia: true)
    }

    static func += (left: inout Tally, right: Tally) {
        left.tokens += right.tokens
        left.isExact = left.isExact && right.isExact
        left.hasMedia = left.hasMedia || right.hasMedia
    }
}
