internal import SluiceCore
internal import Synchronization

/// An address in a file that something else rewrites.
final class FileURL: URLProvider {
    private let file: WatchedFile
    /// The text last read, taken apart.
    private let last = Mutex<(text: String, url: UpstreamURL)?>(nil)

    init(_ file: WatchedFile) {
        self.file = file
    }

    nonisolated(nonsending) func url(
        for request: ProxyRequest, attempt: Int, context: ExchangeContext
    ) async throws -> UpstreamURL {
        try parse(try await file.text(context.logger))
    }

    func parse(_ text: String) throws(SourceUnavailable) -> UpstreamURL {
        if let known = last.withLock({ $0?.text == text ? $0?.url : nil }) { return known }
        let url: UpstreamURL
        do {
            url = try UpstreamURL(text)
        } catch {
            throw SourceUnavailable("the file has no usable URL: \(error.reason)")
        }
        last.withLock { $0 = (text, url) }
        return url
    }
}
