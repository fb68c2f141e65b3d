import Testing

@testable import SluiceRedis

struct RedisAddressTests {
    @Test(
        arguments: [
            ("redis://localhost", "redis://localhost:6379/0", nil, nil),
            ("redis://10.0.0.1:7000/3", "redis://10.0.0.1:7000/3", nil, nil),
            ("redis://[::1]:7000", "redis://[::1]:7000/0", nil, nil),
            ("redis://:secret@host", "redis://host:6379/0", nil, "secret"),
            ("redis://user:p%40ss@host/1", "redis://host:6379/1", "user", "p@ss"),
            ("unix:/run/redis.sock", "unix:/run/redis.sock", nil, nil),
        ] as [(String, String, String?, String?)])
    func isReadFromAURL(_ text: String, _ shown: String, _ user: String?, _ password: String?) {
        let address = RedisAddress(text)
        #expect(address?.description == shown)
        #expect(address?.user == user)
        #expect(address?.password == password)
    }

    @Test(arguments: [
        "", "host", "http://host", "rediss://host", "redis://", "redis://host:0", "redis://host:x",
        "redis://host/x", "redis://host/-1", "redis://[::1", "unix:relative", "redis://:%zz@host",
    ])
    func isNotReadFromAnythingElse(_ text: String) {
        #expect(RedisAddress(text) == nil)
    }
}
