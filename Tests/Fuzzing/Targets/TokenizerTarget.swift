import SluiceTokens

/// A file of a tokenizer is refused, or counts what it has ids for.
func checkTokenizer(_ input: [UInt8]) {
    guard let tokenizer = try? HuggingFaceTokenizer(name: "fuzz", file: input) else { return }
    // The end of the file is a text as good as any.
    for text in [
        Array("the thing, th\u{E9} words\n\n 123 \u{200D}".utf8), Array(input.suffix(200)),
    ] {
        var ids: [UInt32] = []
        tokenizer.encode(text.span, into: &ids)
        property("A tokenizer counts its ids.", tokenizer.count(text.span), ids.count)
    }
}
