internal import CSluiceArgon2

/// A hash by Argon2id (RFC 9106) in the form that password hashes have: `$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH`.
package struct Argon2id: Sendable, Hashable {
    /// What is compared with, salt and parameters included.
    package let encoded: String
    /// What one verification needs, in KiB.
    package let memory: Int

    /// Above these one verification would take seconds or a gigabyte.
    package static let largestMemory = 256 << 10
    private static let mostPasses = 16
    private static let mostLanes = 16

    /// OWASP's parameters: 19 MiB and two passes. They are for passwords; keys of 256 random bits need no more.
    private static let (passes, memory, lanes): (UInt32, UInt32, UInt32) = (2, 19 << 10, 1)
    private static let hashSize = 32

    /// - Returns: nil for what is no such hash, or one above the limits.
    package init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0].isEmpty, parts[1] == "argon2id", parts[2] == "v=19",
            let (memory, passes, lanes) = Self.parameters(parts[3]),
            1...Self.mostLanes ~= lanes, 1...Self.mostPasses ~= passes,
            8 * lanes...Self.largestMemory ~= memory,
            8...64 ~= Self.decodedCount(parts[4]), 16...64 ~= Self.decodedCount(parts[5])
        else { return nil }
        encoded = text
        self.memory = memory
    }

    /// Hashes a secret with a new salt.
    package init?(hashing secret: [UInt8]) {
        let salt = RandomBytes.make(16)
        let room = argon2_encodedlen(
            Self.passes, Self.memory, Self.lanes, UInt32(salt.count), UInt32(Self.hashSize),
            Argon2_id)
        var encoded = [CChar](repeating: 0, count: room)
        // Safety: the buffer is as large as the library says that the text is, with its NUL.
        let status = unsafe argon2id_hash_encoded(
            Self.passes, Self.memory, Self.lanes, secret, secret.count, salt, salt.count,
            Self.hashSize, &encoded, room)
        guard status == ARGON2_OK.rawValue else { return nil }
        let text = encoded.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        self.init(String(decoding: text, as: UTF8.self))
    }

    /// Whether it is the hash of this secret; takes tens of milliseconds, and compares in constant time.
    package func matches(_ secret: [UInt8]) -> Bool {
        // Safety: the texts are valid during the call.
        unsafe argon2id_verify(encoded, secret, secret.count) == ARGON2_OK.rawValue
    }

    private static func parameters(_ text: Substring) -> (Int, Int, Int)? {
        let values = zip(["m=", "t=", "p="], text.split(separator: ",")).compactMap { name, part in
            part.hasPrefix(name) && part.utf8.count <= 9
                ? UInt32(part.dropFirst(2)).map(Int.init) : nil
        }
        guard values.count == 3, text.utf8.count(where: { $0 == UInt8(ascii: ",") }) == 2 else {
            return nil
        }
        return (values[0], values[1], values[2])
    }

    /// The bytes of a text in Base64 without padding; 0 for what is none.
    private static func decodedCount(_ text: some StringProtocol) -> Int {
        let isBase64 = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
                true
            default: false
            }
        }
        return isBase64 ? text.utf8.count * 3 / 4 : 0
    }
}
