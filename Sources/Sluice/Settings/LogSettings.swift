internal import Logging
internal import SluiceConfig
internal import SluiceTelemetry

/// The `[log]` section.
struct LogSettings {
    var format = LogFormat.json
    var level = Logger.Level.info
    /// Whether each request leaves a line.
    var access = true

    init() {}

    init(_ section: Section?) throws {
        guard let section else { return }
        format = try section.choice("format", default: format)
        let levels = Logger.Level.allCases.map(\.rawValue)
        if let name = try section.optionalChoice("level", among: levels) {
            level = Logger.Level(rawValue: name) ?? level
        }
        access = try section.bool("access", default: access)
    }
}
