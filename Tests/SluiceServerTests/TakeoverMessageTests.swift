import Testing

@testable import SluiceServer

struct TakeoverMessageTests {
    private static let port = ListenAddress.tcp(host: "::1", port: 8080)
    private static let path = ListenAddress.unix(path: "/run/a file.sock")

    @Test(
        arguments: [
            .hello, .offer(count: 0), .offer(count: 1000), .give(index: 7),
            .listener(wanted: port, address: path, withFile: true),
            .listener(wanted: path, address: port, withFile: false), .ready(taken: []),
            .ready(taken: [0, 3, 12]), .yours, .refused,
        ] as [TakeoverMessage])
    func whatIsWrittenIsRead(message: TakeoverMessage) {
        #expect(TakeoverMessage(message.text) == message)
    }

    @Test(arguments: [
        "", "\n", "hello", "sluice takeover 2", "offer", "offer 1001", "offer -1", "offer 1 2",
        "give",
        "give x", "bound", "bound\n127.0.0.1:1", "bound\n127.0.0.1:1\nnowhere", "ready x",
        "ready -1", "yours 1",
    ])
    func anythingElseIsRefused(text: String) {
        #expect(TakeoverMessage(text) == nil)
    }

    @Test func theLongestMessageFitsAPacket() {
        let taken = TakeoverMessage.ready(taken: Array(0..<TakeoverMessage.mostListeners))
        #expect(taken.text.utf8.count < TakeoverMessage.longest)
    }
}
