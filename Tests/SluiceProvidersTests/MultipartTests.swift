import SluiceCore
import SluiceWire
import Testing

@testable import SluiceProviders

struct MultipartTests {
    private let type = "multipart/form-data; boundary=\"a b\""

    private func form(_ parts: [(String, String)]) -> String {
        parts.map { "--a b\r\nContent-Disposition: form-data; \($0.0)\r\n\r\n\($0.1)\r\n" }.joined()
            + "--a b--\r\n"
    }

    private func search(_ body: String) -> MultipartForm.Search {
        MultipartForm(boundary: "a b").find("model", in: Array(body.utf8))
    }

    private func found(_ body: String) -> String? {
        guard case .found(let range) = search(body) else { return nil }
        return String(decoding: Array(body.utf8)[range], as: UTF8.self)
    }

    @Test(arguments: [
        #"name="model""#, "name=model", #"NAME="model""#, #"filename="x;name=\"y\""; name="model""#,
        #"name="mo\del""#,
    ])
    func theFieldIsFoundHoweverItIsNamed(_ disposition: String) {
        let body = form([
            (#"name="file"; filename="a.wav""#, "RIFF\r\n--a\r\n"), (disposition, "whisper-1"),
        ])
        #expect(found(body) == "whisper-1")
        #expect(found("preamble\r\n" + body) == "whisper-1")
    }

    @Test func headersMayHaveAnyOrderAndCase() {
        #expect(
            found(
                "--a b \t\r\nContent-Type: text/plain\r\ncontent-disposition: form-data; name=\"model\"\r\n\r\nm\r\n--a b--"
            )
                == "m")
    }

    @Test func anEmptyFieldIsFound() {
        #expect(found(form([(#"name="model""#, "")])) == "")
    }

    @Test(arguments: ["--a b--\r\n", "--a bX\r\n"])
    func aFormWithoutTheFieldIsKnown(_ body: String) {
        #expect(search(body) == .absent)
    }

    @Test func everyCutBeforeTheFieldsEndNeedsMore() {
        let body = form([(#"name="file""#, "x"), (#"name="model""#, "m"), (#"name="z""#, "y")])
        let bytes = Array(body.utf8)
        let end = Array(form([(#"name="file""#, "x"), (#"name="model""#, "m")]).utf8).count - 4
        let form = MultipartForm(boundary: "a b")
        for length in 0..<bytes.count {
            let search = form.find("model", in: Array(bytes.prefix(length)))
            if length < end {
                #expect(search == .more, "at \(length)")
            } else {
                #expect(search != .more)
            }
        }
    }

    // MARK: The parser

    private func parse(
        _ body: String, _ path: String = "/v1/audio/transcriptions", total: UInt64? = 999,
        isEnd: Bool = false
    ) throws -> ProxyRequest {
        try OpenAIRequestParser().parse(
            head("POST", path, type: type),
            body: .beginning(Array(body.utf8), totalLength: total, isEnd: isEnd))
    }

    @Test func aFormIsHeldUntilItsModelHasPassed() throws {
        let parser = OpenAIRequestParser()
        let head = head("POST", "/v1/audio/transcriptions", type: type)
        let body = form([(#"name="model""#, "whisper-1"), (#"name="file""#, "x")])
        #expect(try parser.accept(head) == .held)
        #expect(parser.decideHold(head, beginning: []) == .more)
        #expect(parser.decideHold(head, beginning: Array(body.utf8.prefix(60))) == .more)
        #expect(parser.decideHold(head, beginning: Array(body.utf8.prefix(100))) == .enough)
    }

    @Test func theModelOfAFormCanBeReplaced() throws {
        let body = form([(#"name="model""#, "whisper-1"), (#"name="file""#, "x")])
        var request = try parse(body, total: UInt64(body.utf8.count))
        #expect(request.model == "whisper-1")
        #expect(request.endpoint == .other("audio"))
        request.model = "other"
        guard case .stream(let prefix) = request.body else { throw NotAccepted() }
        #expect(
            String(decoding: prefix.bytes, as: UTF8.self)
                == body.replacing("whisper-1", with: "other"))
        #expect(prefix.totalLength == UInt64(body.utf8.count) - 4)
    }

    @Test func theBytesOfAFormAreKept() throws {
        let body = "junk\r\n" + form([(#"name="model""#, "m")])
        guard case .stream(let prefix) = try parse(body).body else { throw NotAccepted() }
        #expect(prefix.bytes == Array(body.utf8))
        #expect(prefix.totalLength == 999)
    }

    @Test func aModelBehindTheHeldPartIsRefused() {
        let error = #expect(throws: ProxyError.self) { try parse("--a b\r\n") }
        #expect(error?.status == 400)
        #expect(error?.parameter == "model")
    }

    @Test func aFormMayNameNoModel() throws {
        #expect(try parse(form([(#"name="file""#, "x")]), isEnd: true).model == nil)
        #expect(try parse("--a b\r\n", "/v1/containers/c/files").model == nil)
    }

    @Test(arguments: ["/v1/files", "/v1/uploads/u/parts"])
    func filesAreNotHeld(_ path: String) {
        let head = head("POST", path, type: type)
        #expect(OpenAIRequestParser().decideHold(head, beginning: []) == .enough)
    }

    @Test func otherBodiesAreStreamed() throws {
        let head = head("POST", "/v1/audio/speech", type: "audio/wav")
        let parser = OpenAIRequestParser()
        #expect(try parser.accept(head) == .held)
        #expect(parser.decideHold(head, beginning: []) == .enough)
        let request = try parser.parse(head, body: .beginning([], totalLength: 5, isEnd: false))
        guard case .stream(let prefix) = request.body else { throw NotAccepted() }
        #expect(prefix.totalLength == 5)
        #expect(request.model == nil)
    }
}
