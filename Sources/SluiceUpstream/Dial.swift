internal import CSluiceCurl
internal import SluiceCore
internal import SluiceLoop

/// One connection that is coming about.
final class Dial {
    let isWrapped: Bool
    /// Kept until it has heard how the dial ended.
    private var observer: (any DialObserver)?
    private let key: OriginKey
    private let timeout: UInt64?
    private let group: DialGroup
    // Safety: libcurl writes its message here until `handle` is released, or given away by `detachMessage`; freed after that.
    private let message: UnsafeMutablePointer<CChar>
    /// Nil before the start and after the end.
    var handle: UnsafeMutableRawPointer?

    init(_ key: OriginKey, timeout: UInt64?, observer: any DialObserver, group: DialGroup) {
        self.key = key
        self.timeout = timeout
        self.observer = observer
        self.group = group
        isWrapped = key.isWrapped
        message = .allocate(capacity: Int(CURL_ERROR_SIZE))
        message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        message.deallocate()
    }

    /// Whoever is to hear of the end, once.
    func takeObserver() -> (any DialObserver)? {
        defer { observer = nil }
        return observer
    }

    /// Stops it in this turn; the observer hears nothing.
    func cancel() {
        observer = nil
        group.cancel(self)
    }

    /// Takes the message's memory away from a handle that lives on after the dial: libcurl writes there at every later failure.
    static func detachMessage(from handle: UnsafeMutableRawPointer) {
        _ = sluice_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, nil)
    }

    /// libcurl's explanation of a failure.
    func detail(_ code: CURLcode) -> String {
        let text = String(cString: message)
        return text.isEmpty ? String(cString: curl_easy_strerror(code)) : text
    }

    /// Says what is wanted: a connection, verified, and nothing sent over it.
    func configure(_ handle: UnsafeMutableRawPointer, closing: DialGroup) {
        func set(_ option: CURLoption, _ value: Int) {
            _ = sluice_curl_set_long(handle, option, value)
        }
        _ = sluice_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, message)
        _ = sluice_curl_set_string(handle, CURLOPT_URL, key.url)
        _ = sluice_curl_set_string(handle, CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_CONNECT_ONLY, 1)
        set(CURLOPT_FRESH_CONNECT, 1)
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        set(CURLOPT_TCP_NODELAY, 1)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_BUFFERSIZE, 1024)
        // Without it a cancelled look-up would hold the loop until the name server answers.
        set(CURLOPT_QUICK_EXIT, 1)
        let milliseconds = timeout.map { max(1, Int(clamping: $0 / 1_000_000)) }
        // Zero would mean libcurl's own 300 seconds.
        set(CURLOPT_CONNECTTIMEOUT_MS, min(milliseconds ?? Int(Int32.max), Int(Int32.max)))
        // Safety: the group outlives its handles and all of their sockets that libcurl closes.
        _ = sluice_curl_set_close(
            handle, DialGroup.onClose, Unmanaged.passUnretained(closing).toOpaque())
        _ = sluice_curl_set_socket_limit(handle, DescriptorLimits.current.upstreams)
        configureTrust(handle)
        configureProxy(handle)
    }

    private func configureTrust(_ handle: UnsafeMutableRawPointer) {
        _ = sluice_curl_set_long(handle, CURLOPT_SSL_VERIFYPEER, 1)
        _ = sluice_curl_set_long(handle, CURLOPT_SSL_VERIFYHOST, 2)
        guard let trust = key.options.trust else { return }
        if let identity = trust.identity {
            Self.set(handle, CURLOPT_SSLCERT_BLOB, identity.certificate)
            Self.set(handle, CURLOPT_SSLKEY_BLOB, identity.key)
        }
        guard let authorities = trust.authorities else { return }
        Self.set(handle, CURLOPT_CAINFO_BLOB, authorities)
        // The system's directory would be trusted beside them.
        _ = sluice_curl_set_string(handle, CURLOPT_CAPATH, nil)
    }

    private static func set(
        _ handle: UnsafeMutableRawPointer, _ option: CURLoption, _ bytes: [UInt8]
    ) {
        // Safety: libcurl copies the bytes during the call.
        bytes.withUnsafeBytes { bytes in
            _ = sluice_curl_set_bytes(handle, option, bytes.baseAddress, bytes.count)
        }
    }

    /// Empty texts, unlike none, keep libcurl from reading the environment.
    private func configureProxy(_ handle: UnsafeMutableRawPointer) {
        _ = sluice_curl_set_string(handle, CURLOPT_PROXY, key.options.proxy ?? "")
        _ = sluice_curl_set_string(handle, CURLOPT_NOPROXY, "")
        if key.options.proxy != nil {
            // Requests go through a tunnel always: the proxy never sees a credential.
            _ = sluice_curl_set_long(handle, CURLOPT_HTTPPROXYTUNNEL, 1)
            _ = sluice_curl_set_long(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        }
    }
}
