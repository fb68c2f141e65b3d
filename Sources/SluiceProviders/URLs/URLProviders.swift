internal import Foundation
public import SluiceConfig
public import SluiceCore

/// Makes the ``URLProvider`` that a section's `url` describes.
public enum URLProviders {
    /// - Parameters:
    ///   - source: from `section.source(key)`.
    ///   - section: the section, for errors.
    ///   - key: the key, for errors.
    ///   - environment: the variables to look in; nil takes those of this process.
    /// - Throws: `ConfigurationError`.
    public static func make(
        from source: ValueSource, section: Section, key: String = "url",
        environment: [String: String]? = nil
    ) throws -> any URLProvider {
        let environment = environment ?? ProcessInfo.processInfo.environment
        do {
            switch source {
            case .fixed(let text): return FixedURL(url: try UpstreamURL(text.reveal()))
            case .environment(let name):
                let text = try TokenProviders.variable(name, environment)
                return FixedURL(url: try UpstreamURL(text))
            case .list(let texts):
                let urls = try texts.map { text throws(InvalidURL) in try UpstreamURL(text) }
                guard Set(urls).count == urls.count else {
                    throw SourceUnavailable("an address stands twice in the list")
                }
                return urls.count == 1 ? FixedURL(url: urls[0]) : URLList(urls)
            case .file(let path):
                let file = WatchedFile(path: path)
                let provider = FileURL(file)
                _ = try provider.parse(try file.loadNow())
                return provider
            case .command, .client, .oauth:
                throw SourceUnavailable(
                    "expected a string, a list of strings, { env = … } or { file = … }")
            }
        } catch let error as SourceUnavailable {
            throw section.error(error.description, key: key)
        } catch let error as InvalidURL {
            throw section.error(error.reason, key: key)
        }
    }

    /// The address that a dialect has by default.
    ///
    /// - Throws: ``InvalidURL``.
    public static func fixed(_ url: String) throws -> any URLProvider {
        FixedURL(url: try UpstreamURL(url))
    }
}
