internal import Glibc
internal import SluiceCrypto
internal import SluiceWire

/// All clients and their keys: tells who asks, by the key that a request carries.
///
/// Keys are looked up by their digest, so that the time says nothing of which clients or keys there are. Hashes that take long to compute
/// are found by an ID in the key, computed away from the loops, and remembered beyond a reload, which makes another directory.
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

    private struct SlowHash {
        let hash: Argon2id
        /// What its keys are remembered with.
        let prefix: [UInt8]
        let holder: Holder
    }

    private let quick: [Digest: Holder]
    private let slow: [String: SlowHash]
    private let verification: KeyVerification
    private let now: @Sendable () -> Int

    /// - Parameters:
    ///   - entries: no two with the same hash.
    ///   - verification: that of the directory before, which knows keys already.
    ///   - now: seconds since 1970.
    package init(
        _ entries: [Entry], verification: KeyVerification = KeyVerification(),
        now: @escaping @Sendable () -> Int = { time(nil) }
    ) {
        var quick: [Digest: Holder] = [:]
        var slow: [String: SlowHash] = [:]
        for entry in entries {
            let holder = Holder(client: entry.client, end: entry.end)
            switch entry.hash {
            case .sha256(let digest): quick[digest] = holder
            case .argon2id(let id, let hash):
                slow[id] = SlowHash(
                    hash: hash, prefix: verification.prefix(for: hash), holder: holder)
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
            guard keys.isMalformed else { return .refused(.missingKey, nil) }
            return .refused(.wrongKey.detailed("no key of at most 512 bytes"), nil)
        }
        if let holder = quick[digest] {
            return found(holder) { keys.keyWithID(headers)?.id }
        }
        guard let key = keys.keyWithID(headers) else {
            return .refused(.wrongKey.detailed("unknown, of another form"), nil)
        }
        guard let known = slow[key.id] else {
            return .refused(.wrongKey.detailed("unknown", key.id), nil)
        }
        let unverified = verification.unverified(
            key.bytes, id: key.id, hash: known.hash, prefix: known.prefix)
        guard let answer = verification.memory(of: unverified) else {
            return .unverified(unverified)
        }
        return finding(answer, known.holder, key.id)
    }

    /// Computes the hash that ``find(_:)`` left open.
    ///
    /// - Parameter client: the address that sent it.
    func verify(_ key: UnverifiedKey, from client: String) async -> Finding {
        guard let holder = slow[key.id]?.holder else {
            return .refused(.wrongKey.detailed("unknown", key.id), nil)
        }
        return finding(await verification.verify(key, from: client), holder, key.id)
    }

    private func finding(
        _ answer: KeyVerification.Answer?, _ holder: Holder, _ id: String
    ) -> Finding {
        switch answer {
        case .right: found(holder) { id }
        case .wrong: .refused(.wrongKey.detailed("wrong", id), nil)
        case nil: .refused(.keysBusy.detailed("not verified", id), nil)
        }
    }

    private func found(_ holder: Holder, _ id: () -> String?) -> Finding {
        guard let end = holder.end, now() >= end else { return .client(holder.client) }
        return .refused(.expiredKey.detailed("expired", id()), holder.client)
    }
}

extension ProxyError {
    /// With what the log says of a refused key: never more of it than its ID.
    fileprivate func detailed(_ reason: String, _ id: String? = nil) -> ProxyError {
        var error = self
        error.detail = id.map { "key \($0): \(reason)" } ?? "key: \(reason)"
        return error
    }
}
