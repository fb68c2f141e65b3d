public import Logging

/// The swift-log backend: writes every event as one line into a ``LogSink``.
///
/// ```swift
/// let sink = LogSink()
/// LoggingSystem.bootstrap { LineLogHandler(label: $0, sink: sink, format: .json) }
/// ```
public struct LineLogHandler: LogHandler {
    /// The least level that is written.
    public var logLevel: Logger.Level
    /// Fields of every line of this logger.
    public var metadata: Logger.Metadata = [:]
    /// Gives further fields for each line.
    public var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let sink: LogSink
    private let format: LogFormat

    /// Makes a handler.
    ///
    /// - Parameters:
    ///   - label: the name of the logger.
    ///   - sink: where lines go.
    ///   - format: how they are written.
    ///   - level: the least level that is written.
    public init(
        label: String, sink: LogSink, format: LogFormat = .json, level: Logger.Level = .info,
        metadataProvider: Logger.MetadataProvider? = nil
    ) {
        self.label = label
        self.sink = sink
        self.format = format
        self.logLevel = level
        self.metadataProvider = metadataProvider
    }

    /// One field of every line of this logger.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one event. What the event says of a field goes before what the logger says, and that before the provider.
    public func log(event: LogEvent) {
        var fields = metadataProvider?.get() ?? [:]
        fields.merge(metadata) { $1 }
        if let own = event.metadata { fields.merge(own) { $1 } }
        if let error = event.error, fields["error"] == nil { fields["error"] = "\(error)" }
        let content = EventContent(label: label, metadata: fields)
        sink.append(
            format.line(
                time: Timestamp.now(), level: event.level.rawValue,
                message: event.message.description, content))
    }
}

private struct EventContent: LogContent {
    var label: String
    var metadata: Logger.Metadata

    /// Members that every line has; metadata of that name gets an underscore, since a name twice in one object is
    /// read differently by every reader.
    private static let reserved: Set = ["time", "level", "message", "label"]

    private static let labelName = LogFieldName("label")

    func write(to fields: inout some LogFields) {
        fields.field(Self.labelName, label)
        guard !metadata.isEmpty else { return }
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            fields.field(
                LogFieldName(Self.reserved.contains(key) ? "\(key)_" : key), value)
        }
    }
}
