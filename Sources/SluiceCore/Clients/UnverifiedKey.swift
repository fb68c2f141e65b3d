import SluiceCrypto

/// A key whose hash takes long to compute.
struct UnverifiedKey: Sendable {
    let id: String
    let bytes: [UInt8]
    let hash: Argon2id
    /// What it is remembered by: a digest under a secret of this process, which is of use nowhere else.
    let digest: Digest
}
