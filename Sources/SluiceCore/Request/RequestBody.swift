public import SluiceJSON

/// What came with a request.
public enum RequestBody: Sendable {
    case none
    case json(JSONDocument)
    /// A body of another kind, whole.
    case bytes([UInt8])
    /// A body that is passed on while it arrives, such as an upload. It is indirect so that all others stay small.
    indirect case stream(BodyPrefix)

    /// The bytes known so far: all of them, unless it is a stream.
    public var bytes: [UInt8] {
        switch self {
        case .none: []
        case .json(let document): document.bytes
        case .bytes(let bytes): bytes
        case .stream(let prefix): prefix.bytes
        }
    }

    /// Bytes known so far: all of it, unless it is a stream.
    public var count: Int {
        switch self {
        case .none: 0
        case .json(let document): document.count
        case .bytes(let bytes): bytes.count
        case .stream(let prefix): prefix.bytes.count
        }
    }
}

/// The part of a streamed body that was held until its `model` field had passed. The rest follows from the client.
public struct BodyPrefix: Sendable {
    /// What has been read so far.
    public private(set) var bytes: [UInt8]
    /// Where the value of the `model` field stands in ``bytes``.
    public private(set) var modelRange: Range<Int>?
    /// The length of the whole body in bytes, where the client said it.
    public private(set) var totalLength: UInt64?

    /// - Parameters:
    ///   - modelRange: where in `bytes` the value of `model` stands; nil for none.
    ///   - totalLength: bytes of the whole body, where the client said it.
    public init(bytes: [UInt8], modelRange: Range<Int>?, totalLength: UInt64?) {
        self.bytes = bytes
        self.modelRange = modelRange
        self.totalLength = totalLength
    }

    /// Puts another model name in the form; does nothing where the form has none.
    public mutating func replaceModel(with name: String) {
        guard let range = modelRange else { return }
        let utf8 = Array(name.utf8)
        bytes.replaceSubrange(range, with: utf8)
        modelRange = range.lowerBound..<range.lowerBound + utf8.count
        totalLength = totalLength.map { $0 - UInt64(range.count) + UInt64(utf8.count) }
    }
}
