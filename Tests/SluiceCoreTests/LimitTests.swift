import SluiceCore
import SluiceTesting
import SluiceWire
import Testing

struct LimitTests {
    @Test(arguments: [(-1, 200), (0, 200), (1, 413)])
    func aBodyUpToTheLimitIsRead(excess: Int, status: Int) async {
        let bench = Bench([.head(200), .bytes("{}")])
        bench.limits.body = plain.utf8.count - excess
        await bench.send()
        #expect(bench.writer.head?.status == status)
        #expect(bench.transport.requests.isEmpty == (status == 413))
        if status == 413 { #expect(bench.writer.text.contains("request_too_large")) }
    }

    /// The form's `model` comes behind a part whose size decides.
    private func form(_ padding: Int) -> [[UInt8]] {
        let front =
            "--b\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\n"
            + String(repeating: "x", count: padding) + "\r\n"
        let model =
            "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper\r\n--b--\r\n"
        return [Array(front.utf8), Array(model.utf8)]
    }

    @Test(arguments: [(-1, true), (0, true), (1, false)])
    func anUploadIsHeldUpToTheLimitWhileItsModelIsLookedFor(excess: Int, isFound: Bool) async {
        let pieces = form(100)
        let bench = Bench([.head(200), .bytes("{}")])
        bench.limits.heldUpload = pieces[0].count - excess
        await bench.send(
            path: "/v1/audio/transcriptions", type: "multipart/form-data; boundary=b",
            pieces: pieces)
        #expect((bench.record?.model == "whisper") == isFound)
        #expect(bench.writer.head?.status == (isFound ? 200 : 400))
    }

    @Test func aHeldUploadGoesOnWithWhatWasHeld() async {
        let pieces = form(10)
        let bench = Bench([.head(200), .bytes("{}")])
        await bench.send(
            path: "/v1/audio/transcriptions", type: "multipart/form-data; boundary=b",
            pieces: pieces)
        #expect(bench.transport.requests[0].body.bytes == Array(pieces.joined()))
    }
}
