public import SluiceCore
internal import SluiceTokens

extension RequestTokenCounter: TextCounter {
    public func count(_ text: Span<UInt8>, model: String) -> (count: Int, isExact: Bool) {
        let tokenizer = tokenizer(of: model)
        return (tokenizer.count(text), tokenizer.isExact)
    }
}
