import SluiceCrypto
import SluiceProviders
import SluiceTesting
import SluiceWire

@testable import SluiceCore

/// Keys of tests, with hashes of either kind.
enum TestKey {
    static let quick = "slk-0000000000-quick-canary"
    static let slow = "slk-1111111111-slow-canary"
    static let old = "slk-2222222222-old-canary"

    static func sha256(_ key: String) -> KeyHash {
        let bytes = Array(key.utf8)
        return .sha256(SHA256.digest(of: bytes.span))
    }

    /// A hash that takes little time and memory.
    static let slowHash = Argon2id(
        "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
}

func fields(_ pairs: (String, String)...) -> HeaderFields {
    var fields = HeaderFields()
    for (name, value) in pairs { fields.append(HeaderName(name), value) }
    return fields
}

func bearer(_ key: String) -> HeaderFields { fields(("authorization", "Bearer \(key)")) }

func harness(
    _ entries: [ClientDirectory.Entry], verification: KeyVerification = KeyVerification(),
    processors: [any Processor] = [], now: Int = 1_000
) throws -> PipelineHarness {
    try PipelineHarness(
        parser: OpenAIRequestParser(), processors: processors,
        clients: ClientDirectory(entries, verification: verification, now: { now }),
        transport: ScriptedTransport(#"{"id":"answered"}"#))
}

let chat = #"{"model":"m","messages":[]}"#
