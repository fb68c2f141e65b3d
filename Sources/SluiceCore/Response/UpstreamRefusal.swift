import SluiceConfig
import SluiceJSON
import SluiceWire

/// An upstream's answer with an error status, held until it is decided whether another attempt follows.
struct UpstreamRefusal {
    let head: ResponseHead
    let body: [UInt8]

    /// What the client gets: the provider's own error where it is JSON, and never the proxy's credential, nor another of its secrets.
    func answer(
        credential: Credential?, secrets: [Secret], dialect: any ClientDialect
    ) -> (Int, HeaderFields, [UInt8]) {
        let error = replacement(credential)
        var headers = head.headers.filtered(by: .towardsClient)
        headers[.contentType] = "application/json"
        headers["content-encoding"] = nil
        // It may have been paid for, and would be the same again.
        if isNoAnswer { headers["x-should-retry"] = "false" }
        let status = error?.status ?? head.status
        let bytes = error.map(dialect.errorBody) ?? Redaction.redact(credential, secrets, in: body)
        return (status, headers, bytes)
    }

    /// What an event says of it where the client's stream has begun: the provider's words, and none of the proxy's secrets.
    func error(credential: Credential?, secrets: [Secret]) -> ProxyError {
        if let replacement = replacement(credential) { return replacement }
        var error = error
        let told = (try? JSONDocument(parsing: body))?.root["error"]
        if let words = told?["message"]?.string ?? told?.string {
            // Of the text without JSON's escapes, which could hide a secret.
            let redacted = Redaction.redact(credential, secrets, in: Array(words.utf8))
            error.message = String(decoding: redacted, as: UTF8.self)
        }
        return error
    }

    /// Neither success nor an error.
    private var isNoAnswer: Bool { !(400..<600 ~= head.status) }

    /// Our own words where the upstream's must not or cannot be passed on.
    private func replacement(_ credential: Credential?) -> ProxyError? {
        if head.status == 401 || head.status == 403, let credential, !credential.isClients {
            return ProxyError(
                status: head.status, code: "provider_rejected_credential", fault: .upstream,
                message: "The provider rejected the proxy's credential.")
        }
        guard !isNoAnswer else {
            return .badAnswer("status \(head.status) instead of an answer")
        }
        let isError = (try? JSONDocument(parsing: body))?.root["error"] != nil
        return isError ? nil : .upstreamStatus(head.status)
    }

    /// For the record: what kind of error the provider reported.
    var error: ProxyError { .upstreamStatus(head.status) }
}

/// Takes a secret out of text that leaves the proxy.
enum Redaction {
    static func redact(
        _ credential: Credential?, _ secrets: [Secret], in bytes: [UInt8]
    ) -> [UInt8] {
        var bytes = redact(credential?.token, in: bytes)
        for secret in secrets { bytes = redact(secret.reveal(), in: bytes) }
        return bytes
    }

    static func redact(_ secret: String?, in bytes: [UInt8]) -> [UInt8] {
        guard let secret, secret.utf8.count >= 4 else { return bytes }
        let needle = Array(secret.utf8)
        guard bytes.firstRange(of: needle) != nil else { return bytes }
        let pieces = bytes.split(separator: needle, omittingEmptySubsequences: false)
        return Array(pieces.joined(separator: Array("[redacted]".utf8)))
    }
}
