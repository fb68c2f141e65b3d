internal import Logging
internal import SluiceConfig

/// A secret that is written in the configuration or stands in a file.
enum SecretText: Sendable {
    case fixed(Secret)
    case file(WatchedFile)

    func value(_ logger: Logger) async throws -> String {
        switch self {
        case .fixed(let secret): secret.reveal()
        case .file(let file): try await file.text(logger)
        }
    }
}
