/// The patterns of well-known tokenizers that are written out by hand, as their files have them.
enum KnownPatterns {
    static func rule(of pattern: String) -> BytePairEncoding.Rule? {
        rules.first { $0.pattern == pattern }?.rule
    }

    private static let contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
    private static let head = #"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"#
    private static let tail = #"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"#
    private static let space = #"\s*[\r\n]+|\s+(?!\S)|\s+"#
    private static let before = #"[^\r\n\p{L}\p{N}]?"#

    /// Letters with what stands before them, numbers of so many digits, the rest.
    private static func words(_ numbers: String) -> String {
        #"\#(contractions)|\#(before)\p{L}+|\#(numbers)| ?[^\s\p{L}\p{N}]+[\r\n]*|\#(space)"#
    }

    /// The same with words that begin at a change of case.
    private static func cases(_ numbers: String, behind: String) -> String {
        let words = "\(before)\(head)*\(tail)+\(behind)|\(before)\(head)+\(tail)*\(behind)"
        return #"\#(words)|\#(numbers)| ?[^\s\p{L}\p{N}]+[\r\n/]*|\#(space)"#
    }

    private static let rules: [(pattern: String, rule: BytePairEncoding.Rule)] = [
        (words(#"\p{N}{1,3}"#), .llama3),
        (words(#"\p{N}"#), .qwen2),
        (cases(#"\p{N}{1,3}"#, behind: contractions + "?"), .o200k),
        (cases(#"\p{N}"#, behind: ""), .tekken),
        (
            #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#, .p50k
        ),
        (
            #"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#, .p50k
        ),
    ]
}
