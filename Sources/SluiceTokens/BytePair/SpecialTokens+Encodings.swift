extension SpecialTokens {
    static let p50kBase = SpecialTokens(["<|endoftext|>": 50256])

    static let cl100kBase = SpecialTokens([
        "<|endoftext|>": 100257,
        "<|fim_prefix|>": 100258,
        "<|fim_middle|>": 100259,
        "<|fim_suffix|>": 100260,
        "<|endofprompt|>": 100276,
    ])

    static let o200kBase = SpecialTokens(["<|endoftext|>": 199999, "<|endofprompt|>": 200018])

    /// Two names stand for 200018.
    static let o200kHarmony: SpecialTokens = {
        var ids: [String: UInt32] = [
            "<|startoftext|>": 199998,
            "<|endoftext|>": 199999,
            "<|return|>": 200002,
            "<|constrain|>": 200003,
            "<|channel|>": 200005,
            "<|start|>": 200006,
            "<|end|>": 200007,
            "<|message|>": 200008,
            "<|call|>": 200012,
            "<|endofprompt|>": 200018,
        ]
        let reserved: [UInt32] = [200000, 200001, 200004, 200009, 200010, 200011]
        for id in reserved + Array(200013..<201088) { ids["<|reserved_\(id)|>"] = id }
        return SpecialTokens(ids)
    }()
}
