import SluiceCrypto
import SluiceWire

/// The keys that a request carries: one, if all is well, however often it says it.
struct PresentedKeys {
    private(set) var digest: Digest?
    private var differ = false
    /// A field stands there twice, if with the same key.
    private var isRepeated = false
    private var isInField = false
    /// Something stood there that is no key.
    private(set) var isMalformed = false

    /// Two different ones, or one field twice: which of them a reader would take is anybody's guess.
    var areSeveral: Bool { differ || isRepeated || isMalformed && digest != nil }

    /// What comes is of another field.
    mutating func beginField() {
        isInField = false
    }

    /// Takes the value of an `authorization` field.
    mutating func add(authorization value: Span<UInt8>) {
        guard let key = Self.bearer(value) else {
            noteValue()
            isMalformed = true
            return
        }
        add(value.extracting(key))
    }

    /// Takes a key. An empty field is none.
    mutating func add(_ key: Span<UInt8>) {
        guard !key.isEmpty else { return }
        noteValue()
        guard key.count <= ClientKey.longest else {
            isMalformed = true
            return
        }
        let other = SHA256.digest(of: key)
        differ = differ || digest.map { $0 != other } ?? false
        digest = other
    }

    private mutating func noteValue() {
        isRepeated = isRepeated || isInField
        isInField = true
    }

    /// Where the key stands in `Bearer KEY` (RFC 6750 section 2.1).
    private static func bearer(_ value: Span<UInt8>) -> Range<Int>? {
        guard value.count > 7 else { return nil }
        for (index, letter) in "bearer".utf8.enumerated() where value[index] | 0x20 != letter {
            return nil
        }
        guard value[6] == UInt8(ascii: " ") else { return nil }
        var start = 7
        while start < value.count, value[start] == UInt8(ascii: " ") { start += 1 }
        return start..<value.count
    }

    /// The key and its ID, where it has one; only for keys that do not let in at once.
    func keyWithID(_ headers: HeaderFields) -> (id: String, bytes: [UInt8])? {
        var key: (id: String, bytes: [UInt8])?
        func keep(_ bytes: Span<UInt8>) {
            guard bytes.count <= ClientKey.longest, let id = ClientKey.id(in: bytes) else { return }
            key = (id, bytes.indices.map { bytes[$0] })
        }
        headers.forEachValue(of: .authorization) { value in
            if let range = Self.bearer(value) { keep(value.extracting(range)) }
        }
        headers.forEachValue(of: .xAPIKey, keep)
        headers.forEachValue(of: .apiKey, keep)
        return key
    }
}

extension ProxyError {
    static let missingKey = ProxyError(
        status: 401, code: "invalid_api_key", fault: .client,
        message: "You didn't provide an API key. You need to provide your API key in an "
            + "Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).")

    static let wrongKey = ProxyError(
        status: 401, code: "invalid_api_key", fault: .client,
        message: "Incorrect API key provided.")

    static let expiredKey = ProxyError(
        status: 401, code: "expired_api_key", fault: .client,
        message: "The API key provided has expired.")

    static let ambiguousKey = ProxyError.invalidRequest(
        "The request has more than one API key.", code: "ambiguous_api_key")

    static let keysBusy = ProxyError(
        status: 503, code: "authentication_busy", fault: .proxy, retry: .after(seconds: 1),
        message: "Too many API keys are being verified; try again.")
}
