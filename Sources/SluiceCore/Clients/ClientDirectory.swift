internal import Glibc
internal import SluiceCrypto
internal import SluiceWire

/// All clients and their keys: tells who asks, by the key that a request carries.
///
/// Keys are looked up by their digest, so that the time says nothing of which clients or keys there are. Hashes that take long to compute
/// are found by an ID in the key, computed away from the loops, and remembered as long as this directory lives: a reload makes another.
public final class ClientDirectory: Sendable {
    /// A key's hash, whose it is, and when it ends.
    package struct Entry: Sendable {
        package let hash: KeyHash
        package let client: Client
        /// In seconds since 1970; nil: never.
        package let end: Int?

        package init(hash: KeyHash, client: Client, end: Int? = nil) {
            self.hash = hash
            self.client = client
            self.end = end
        }
    }

    /// What a request's key tells at first sight.
    enum Finding {
        case client(Client)
        case refused(ProxyError, Client?)
        /// Its hash has yet to be computed. Indirect, so that the others stay small.
        indirect case unverified(UnverifiedKey)
    }

    /// What each request copies of an entry.
    private struct Holder {
        let client: Client
        let end: Int?
    }

    private let quick: [Digest: Holder]
    private let slow: [String: (hash: Argon2id, holder: Holder)]
    private let verification: KeyVerification
    private let now: @Sendable () -> Int

    /// - Parameters:
    ///   - entries: no two with the same hash.
    ///   - now: seconds since 1970.
    package init(
        _ entries: [Entry], verification: KeyVerification = KeyVerification(),
        now: @escaping @Sendable () -> Int = { time(nil) }
    ) {
        var quick: [Digest: Holder] = [:]
        var slow: [String: (Argon2id, Holder)] = [:]
        for entry in entries {
            let holder = Holder(client: entry.client, end: entry.end)
            switch entry.hash {
            case .sha256(let digest): quick[digest] = holder
            case .argon2id(let id, let hash): slow[id] = (hash, holder)
            }
        }
        self.quick = quick
        self.slow = slow
        self.verification = verification
        self.now = now
    }

    /// Looks a request's key up without waiting for anything.
    func find(_ headers: HeaderFields) -> Finding {
        var keys = PresentedKeys()
        headers.forEachValue(of: .authorization) { keys.add(authorization: $0) }
        keys.beginField()
        headers.forEachValue(of: .xAPIKey) { keys.add($0) }
        keys.beginField()
        headers.forEachValue(of: .apiKey) { keys.add($0) }
        if keys.areSeveral { return .refused(.ambiguousKey, nil) }
        guard let digest = keys.digest else {
            return .refused(keys.isMalformed ? .wrongKey : .missingKey, nil)
        }
        if let holder = quick[digest] { return found(holder) }
        guard !slow.isEmpty, let key = keys.slowKey(headers), let (hash, holder) = slow[key.id]
        else { return .refused(.wrongKey, nil) }
        let unverified = verification.unverified(key.bytes, id: key.id, hash: hash)
        return switch verification.memory(of: unverified) {
        case .right: found(holder)
        case .wrong: .refused(.wrongKey, nil)
        case nil: .unverified(unverified)
        }
    }

    /// Computes the hash that ``find(_:)`` left open.
    func verify(_ key: UnverifiedKey) async -> Finding {
        guard let (_, holder) = slow[key.id] else { return .refused(.wrongKey, nil) }
        return switch await verification.verify(key) {
        case .right: found(holder)
        case .wrong: .refused(.wrongKey, nil)
        case nil: .refused(.keysBusy, nil)
        }
    }

    private func found(_ holder: Holder) -> Finding {
        if let end = holder.end, now() >= end { return .refused(.expiredKey, holder.client) }
        return .client(holder.client)
    }
}
