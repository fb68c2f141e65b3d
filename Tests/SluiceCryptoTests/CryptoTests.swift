import SluiceCrypto
import Testing

struct CryptoTests {
    /// FIPS 180-4's examples, and the empty text.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func aDigestIsThatOfTheStandard(_ text: String, _ expected: String) {
        let bytes = Array(text.utf8)
        let digest = SHA256.digest(of: bytes.span)
        #expect(digest.hexadecimal == expected)
        #expect(Digest(hexadecimal: expected) == digest)
        #expect(Digest(hexadecimal: expected.uppercased()) == digest)
        for cut in 0...bytes.count {
            let (front, back) = (Array(bytes[..<cut]), Array(bytes[cut...]))
            #expect(SHA256.digest(of: back.span, after: front.span) == digest)
        }
    }

    @Test func digestsDifferInEachOfTheirBits() {
        let zero = String(repeating: "0", count: 64)
        for index in 0..<64 {
            for digit in ["1", "2", "4", "8"] {
                let one = zero.prefix(index) + digit + zero.dropFirst(index + 1)
                #expect(Digest(hexadecimal: one) != Digest(hexadecimal: zero))
            }
        }
    }

    @Test(arguments: [
        "", "00", String(repeating: "0", count: 63), String(repeating: "g", count: 64),
    ])
    func whatIsNoDigestIsNotRead(_ text: String) {
        #expect(Digest(hexadecimal: text) == nil)
        #expect(Digest(hexadecimal: text + String(repeating: "é", count: 64 - text.count)) == nil)
    }

    private let key = Array(0..<32).map { UInt8($0) }

    @Test(arguments: [0, 1, 15, 16, 17, 1000])
    func whatWasSealedOpensUnchanged(_ count: Int) {
        let plain = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let sealed = AESGCM.seal(plain, key: key, extra: [1, 2])
        #expect(sealed.count == 12 + count + 16)
        #expect(AESGCM.open(sealed, key: key, extra: [1, 2]) == plain)
        #expect(AESGCM.seal(plain, key: key, extra: [1, 2]) != sealed)
    }

    @Test func whatWasChangedAnywhereDoesNotOpen() {
        let sealed = AESGCM.seal(Array("secret".utf8), key: key, extra: [1])
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(AESGCM.open(changed, key: key, extra: [1]) == nil)
        }
        #expect(AESGCM.open(sealed, key: key, extra: [2]) == nil)
        #expect(AESGCM.open(sealed, key: [9] + key.dropFirst(), extra: [1]) == nil)
        #expect(AESGCM.open(Array(sealed.dropLast()), key: key, extra: [1]) == nil)
        #expect(AESGCM.open([], key: key, extra: [1]) == nil)
        #expect(AESGCM.open(sealed, key: [], extra: [1]) == nil)
    }

    /// NIST's test case 13 of the GCM specification: an empty text under a zero key.
    @Test func aKnownTextOpens() {
        let tag: [UInt8] = [
            0x53, 0x0F, 0x8A, 0xFB, 0xC7, 0x45, 0x36, 0xB9, 0xA9, 0x63, 0xB4, 0xF1, 0xC4, 0xCB,
            0x73, 0x8B,
        ]
        let zero = [UInt8](repeating: 0, count: 12)
        #expect(AESGCM.open(zero + tag, key: [UInt8](repeating: 0, count: 32), extra: []) == [])
    }

    @Test(arguments: [
        ([UInt8](), ""), ([0xFF], "_w"), ([0xFB, 0xFF], "-_8"), (Array("foobar".utf8), "Zm9vYmFy"),
    ])
    func base64HasOneTextForEachValue(_ bytes: [UInt8], _ text: String) {
        #expect(Base64URL.encode(bytes) == text)
        #expect(Base64URL.decode(text) == bytes)
    }

    @Test(arguments: ["A", "_x", "-_9", "Zm9v=", "Zm 9", "Zm9v+", "é"])
    func otherTextsAreNoBase64(_ text: String) {
        #expect(Base64URL.decode(text) == nil)
    }

    @Test func anArgon2HashKnowsItsSecret() throws {
        let hash = try #require(Argon2id(hashing: Array("key".utf8)))
        #expect(hash.encoded.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
        #expect(hash.matches(Array("key".utf8)))
        #expect(!hash.matches(Array("kez".utf8)))
        #expect(!hash.matches([]))
    }

    /// Made by the `argon2` command of the reference implementation.
    @Test func aHashOfAnotherProgramIsTaken() throws {
        let text =
            "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
        let hash = try #require(Argon2id(text))
        #expect(hash.memory == 65536)
        #expect(hash.matches(Array("password".utf8)))
    }

    @Test(arguments: [
        "", "$argon2id$",
        "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=16$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=99999999,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=65536,t=99,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=65536,t=2,p=0$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$t=2,m=65536,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=65536,t=2,p=1,x=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$short",
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPP!",
    ])
    func whatIsNoHashOrWouldTakeTooMuchIsNotRead(_ text: String) {
        #expect(Argon2id(text) == nil)
    }

    @Test func randomTextHasFiveBitsACharacter() {
        let text = RandomBytes.text(4096)
        #expect(text.count == 4096)
        #expect(Set(text).count == 32)
        #expect(RandomBytes.make(32) != RandomBytes.make(32))
    }
}
