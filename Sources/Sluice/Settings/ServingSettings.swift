internal import SluiceConfig
internal import SluiceCore
internal import SluiceServer
internal import SluiceWire

/// The `[server]` section: where to listen, and what clients may do.
struct ServingSettings {
    var addresses = [ListenAddress.tcp(host: "127.0.0.1", port: 8080)]
    /// Whether anybody may ask who reaches an address that is not of this machine alone.
    var isOpen = false
    /// 0: one per processor.
    var loops = 0
    var server = ServerSettings()
    /// How long requests under way may finish after SIGTERM.
    var drainTimeout = Duration.seconds(30)
    /// How long `/readyz` answers 503 before the listeners close.
    var shutdownDelay = Duration.zero
    /// Where a process that is to take over finds this one: the path of a Unix socket.
    var takeover: String?
    /// How often providers are asked what models they have.
    var modelRefresh = Duration.seconds(300)

    init() {}

    init(_ section: Section?) throws {
        guard let section else { return }
        if let texts = try section.optionalStrings("listen", oneOrMany: true) {
            addresses = try texts.map { text in
                do { return try ListenAddress(text) } catch {
                    throw section.error("\(error)", key: "listen")
                }
            }
            guard !addresses.isEmpty else { throw section.error("names no address", key: "listen") }
        }
        isOpen = try section.bool("open", default: isOpen)
        loops = try section.int("loops", default: loops, in: 0...1024)
        drainTimeout = try section.duration("drain_timeout", default: drainTimeout)
        shutdownDelay = try section.durationOrOff("shutdown_delay", default: .zero) ?? .zero
        if let path = try section.optionalFilePath("takeover") {
            guard let socket = TakeoverPath(path) else {
                throw section.error(TakeoverPath.requirement, key: "takeover")
            }
            takeover = socket.path
        }
        modelRefresh = try section.duration("model_refresh", default: modelRefresh)
        server = try ServerSettings(section)
        server.tls = try readTLS(section)
    }
}

/// The path of the socket for takeovers, as the kernel can take it.
struct TakeoverPath {
    static let requirement = "is the path of a Unix socket, absolute and at most 107 bytes long"
    let path: String

    init?(_ path: String) {
        guard (try? ListenAddress("unix:\(path)")) != nil else { return nil }
        self.path = path
    }
}

extension ServerSettings {
    fileprivate init(_ section: Section) throws {
        self.init()
        headerTimeout = try section.durationOrOff("header_timeout", default: headerTimeout)
        bodyTimeout = try section.durationOrOff("body_timeout", default: bodyTimeout)
        keepAliveTimeout = try section.durationOrOff("keepalive_timeout", default: keepAliveTimeout)
        writeTimeout = try section.durationOrOff("write_timeout", default: writeTimeout)
        heartbeat = try section.durationOrOff("heartbeat", default: heartbeat)
        if let heartbeat, heartbeat < .milliseconds(100) {
            throw section.error("must be at least 100ms", key: "heartbeat")
        }
        allowsHalfClose = try section.bool("allow_half_close", default: allowsHalfClose)
        highWaterMark = try section.size(
            "high_water_mark", default: highWaterMark, in: 4096...(1 << 30))
        maximumConnections = try section.int(
            "max_connections", default: maximumConnections, in: 1...1_000_000)
        headLimits.target = try section.size(
            "max_target", default: headLimits.target, in: 64...(1 << 20))
        headLimits.headerLine = try section.size(
            "max_header_line", default: headLimits.headerLine, in: 256...(1 << 20))
        headLimits.headerCount = try section.int(
            "max_headers", default: headLimits.headerCount, in: 8...10_000)
        headLimits.total = try section.size(
            "max_head", default: headLimits.total, in: 1024...(4 << 20))
    }
}

extension PipelineLimits {
    init(_ section: Section?) throws {
        self.init()
        guard let section else { return }
        body = try section.size("max_body", default: body, in: 1...(1 << 31))
        heldUpload = try section.size("max_held_upload", default: heldUpload, in: 1024...(1 << 30))
        event = try section.size("max_event", default: event, in: 1024...(1 << 30))
        heldDocument = try section.size(
            "max_held_response", default: heldDocument, in: 1024...(1 << 30))
        attempts = try section.int("max_attempts", default: attempts, in: 1...100)
    }
}

extension UpstreamTimeouts {
    /// The defaults for all providers, out of `[server]`.
    init(_ section: Section?) throws {
        self.init()
        if let section { try read(section) }
    }

    /// Takes over what a section says.
    mutating func read(_ section: Section) throws {
        connect = try section.durationOrOff("connect_timeout", default: connect)
        firstByte = try section.durationOrOff("first_byte_timeout", default: firstByte)
        streamIdle = try section.durationOrOff("stream_idle_timeout", default: streamIdle)
        total = try section.durationOrOff("total_timeout", default: total)
    }
}
