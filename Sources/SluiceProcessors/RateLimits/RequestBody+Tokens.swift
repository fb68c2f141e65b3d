internal import SluiceCore

extension RequestBody {
    /// What a token takes in a body that nobody counts.
    private static let bytesPerToken = 4
    /// What a token takes of sound; pictures take more.
    private static let soundPerToken = 1_600

    /// What the prompt in a body that is only passed on may come to, by its length: of a stream by what the client says that it is.
    func roughTokens(_ endpoint: Endpoint) -> Int {
        guard case .stream(let prefix) = self else { return count / Self.bytesPerToken }
        let length = max(Int(clamping: prefix.totalLength ?? 0), count)
        let isMedia = [.other("audio"), .other("images"), .other("videos")].contains(endpoint)
        return min(length, CompletionLimit.most)
            / (isMedia ? Self.soundPerToken : Self.bytesPerToken)
    }
}
