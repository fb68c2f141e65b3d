public import SluiceCore
internal import SluiceTokens

extension RequestTokenCounter: TextCounter {
    public func count(_ text: [UInt8], model: String) async -> (count: Int, isExact: Bool) {
        let tokenizer = await source(of: model).tokenizer()
        let count =
            text.count > tokenizer.mostAtOnce
            ? await LongWork.run { tokenizer.count(text.span) } : tokenizer.count(text.span)
        return (count, tokenizer.isExact(length: text.count))
    }

    public func countAtOnce(
        _ text: Span<UInt8>, model: String
    ) -> (count: Int, isExact: Bool)? {
        guard text.count <= Self.mostAtOnce, let tokenizer = source(of: model).loaded else {
            return nil
        }
        return (tokenizer.count(text), tokenizer.isExact)
    }

    public func seesAll(of model: String) -> Bool { !ThinkingModels.contains(model) }
}
