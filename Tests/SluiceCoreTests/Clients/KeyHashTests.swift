import Testing

@testable import SluiceCore

struct KeyHashTests {
    @Test(arguments: [false, true])
    func aHashIsReadAsItIsPrinted(isSlow: Bool) throws {
        let hash = try #require(ClientKey().hash(isSlow: isSlow))
        #expect(KeyHash(hash.text) == hash)
    }

    @Test func newKeysHaveTheirFormAndDiffer() throws {
        let key = ClientKey()
        #expect(key.text.wholeMatch(of: /slk-[0-9a-v]{10}-[0-9a-v]{52}/) != nil)
        #expect(key.id == String(key.text.dropFirst(4).prefix(10)))
        #expect(ClientKey().text != key.text)
        #expect(ClientKey(key.text)?.id == key.id)
    }

    @Test(arguments: [
        "", "sha256:", "sha256:00", "SHA256:" + String(repeating: "0", count: 64),
        "slk-0000000000-x",
        "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "short:$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "0000000000:argon2id", String(repeating: "0", count: 64),
    ])
    func anythingElseIsNoHash(_ text: String) {
        #expect(KeyHash(text) == nil)
    }

    @Test(arguments: [
        "short", "has a space in its middle", "ümläutümläutümläut12345",
        String(repeating: "x", count: 513),
    ])
    func whatCouldBeGuessedOrNotSentIsNoKey(_ text: String) {
        #expect(ClientKey(text) == nil)
    }

    @Test func aKeyOfAnotherServiceHasNoSlowHash() throws {
        let key = try #require(ClientKey("sk-0123456789012345678901234567890"))
        #expect(key.id == nil)
        #expect(key.hash(isSlow: true) == nil)
        #expect(key.hash(isSlow: false) != nil)
    }
}
