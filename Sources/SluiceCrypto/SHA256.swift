internal import CSluiceOpenSSL

/// SHA-256 (FIPS 180-4), by libcrypto.
package enum SHA256 {
    /// Safety: made once and never changed or freed; libcrypto lets all threads use a method at once.
    nonisolated(unsafe) private static let method = EVP_MD_fetch(nil, "SHA256", nil)

    /// The digest of some bytes, behind a prefix that makes it another function of them.
    package static func digest(of bytes: Span<UInt8>, after prefix: Span<UInt8> = Span()) -> Digest
    {
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        let isDone = withUnsafeMutableBytes(of: &words) { digest in
            prefix.withUnsafeBufferPointer { prefix in
                bytes.withUnsafeBufferPointer { bytes in
                    // Safety: the pointers are valid during the call, and a digest has the 32 bytes that four words have.
                    unsafe sluice_sha256(
                        method, prefix.baseAddress, prefix.count, bytes.baseAddress, bytes.count,
                        digest.baseAddress?.assumingMemoryBound(to: UInt8.self))
                }
            }
        }
        precondition(isDone == 1, "libcrypto has no SHA-256")
        return Digest(
            (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian))
    }
}
