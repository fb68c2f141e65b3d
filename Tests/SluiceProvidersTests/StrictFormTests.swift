import SluiceCore
import SluiceWire
import Testing

@testable import SluiceProviders

/// Forms that rights hang on: whole bodies, of which every reader must take the same model.
struct StrictFormTests {
    private static let plain: String = "multipart/form-data; boundary=b"
    private static let model: String = part(#"form-data; name="model""#, "o1")
    private static let end: String = "--b--\r\n"

    private static func part(_ disposition: String, _ value: String, _ more: String = "") -> String
    {
        "--b\r\nContent-Disposition: \(disposition)\r\n\(more)\r\n\(value)\r\n"
    }

    private func found(_ body: String, _ type: String = StrictFormTests.plain) throws -> String? {
        let bytes = Array(body.utf8)
        return try OpenAIRequestParser().parse(
            head("POST", "/v1/audio/transcriptions", type: type),
            body: .heldWhole(bytes)
        ).model
    }

    private func refusal(_ body: String, _ type: String = StrictFormTests.plain) -> ProxyError? {
        do {
            _ = try found(body, type)
            return nil
        } catch {
            return error as? ProxyError
        }
    }

    /// As curl, the SDKs for Python and Node, browsers, .NET and OkHttp write them.
    @Test(arguments: [
        (
            "multipart/form-data; boundary=------------------------d74496d66958873e",
            "--------------------------d74496d66958873e\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a;b=\u{FC}.wav\"\r\nContent-Type: audio/wav\r\n\r\nRIFF\n--\r\n\r\n--d74\r\n--------------------------d74496d66958873e\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\no1\r\n--------------------------d74496d66958873e--\r\n"
        ),
        (
            "multipart/form-data; boundary=0b2d8c6f0d4e4d6c9a",
            "--0b2d8c6f0d4e4d6c9a\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\no1\r\n--0b2d8c6f0d4e4d6c9a\r\nContent-Disposition: form-data; name=\"include[]\"\r\n\r\nlogprobs\r\n--0b2d8c6f0d4e4d6c9a\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\nContent-Type: audio/wav\r\n\r\nx\r\n--0b2d8c6f0d4e4d6c9a--\r\n"
        ),
        (
            "multipart/form-data; boundary=----formdata-undici-012345678901",
            "------formdata-undici-012345678901\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\no1\r\n------formdata-undici-012345678901--"
        ),
        (
            "multipart/form-data; boundary=\"7e1d2f0a-55\"",
            "--7e1d2f0a-55\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Disposition: form-data; name=model\r\n\r\no1\r\n--7e1d2f0a-55\r\nContent-Disposition: form-data; name=file; filename=a.wav; filename*=utf-8''a.wav\r\n\r\nx\r\n--7e1d2f0a-55--\r\n"
        ),
        (
            "Multipart/Form-Data;boundary=b",
            "--b\r\ncontent-disposition: form-data; name=\"model\"\r\nContent-Transfer-Encoding: binary\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Length: 2\r\n\r\no1\r\n--b--\r\n"
        ),
    ])
    func whatClientsSendIsTaken(_ type: String, _ body: String) throws {
        #expect(try found(body, type) == "o1")
    }

    @Test(arguments: [
        "multipart/form-data; boundary=b; boundary=c",
        "multipart/form-data; boundary=c; boundary=b",
        "multipart/form-data; boundary=b; Boundary=b",
        "multipart/form-data; boundary=b; boundary*=c",
        "multipart/form-data; boundary=b; boundary*0=c", "multipart/form-data; boundary=b; x",
        "multipart/form-data; boundary=b,c; boundary=b", "multipart/form-data; boundary=\"b\"c",
        "multipart/form-data; boundary=b;", "multipart/form-data; x=\"\\\"; boundary=b",
        "multipart/form-data; boundary=b;\u{301} boundary=c", "multipart/form-data; boundary =b",
    ])
    func aTypeThatNamesItsBoundaryOtherwiseIsRefused(_ type: String) {
        for boundary in ["b", "c"] {
            let body = (Self.model + Self.end).replacing("--b", with: "--\(boundary)")
            #expect(refusal(body, type)?.status == 400)
            #expect(refusal(body, type)?.code == "ambiguous_form")
        }
    }

    private static let ambiguous: [String] = [
        "preamble\r\n" + model + end, "\r\n" + model + end, "\n--b\n\n" + model + end,
        model.replacing("\r\n\r\n", with: "\n\n") + model + end,
        part(
            "form-data; name=\"x\"",
            "1\n--b\nContent-Disposition: form-data; name=\"model\"\n\ngpt-5\n")
            + model + end,
        part("form-data; name=\"x\"", "1--b") + model + end,
        part("form-data; name=\"x\"", "1\r\n--bc\r\n") + model + end,
        part("form-data; name=\"model\"; name=\"x\"", "gpt-5") + model + end,
        part("form-data; name=\"x\"; name=\"model\"", "gpt-5") + model + end,
        part("form-data; name=\"x\"; name*=utf-8''model", "gpt-5") + model + end,
        part("form-data; name*=utf-8''model; name=\"x\"", "gpt-5") + model + end,
        part("form-data; name=\"x\"; name*0=mo; name*1=del", "gpt-5") + model + end,
        part("form-data; name=\"mo\\del\"", "gpt-5") + model + end,
        part("form-data; name=\"%6dodel\"", "gpt-5") + model + end,
        part("form-data; filename=\"\\\"; name=\"model\"; x=\"", "gpt-5") + model + end,
        part("form-data; name=\" model\"", "gpt-5") + model + end,
        part("form-data; name=\"\"", "gpt-5") + model + end,
        part("form-data", "gpt-5") + model + end,
        part("attachment; name=\"model\"", "gpt-5") + model + end,
        part("form-data; name=\"x\"", "1", "Content-Disposition: form-data; name=\"model\"\r\n")
            + model + end,
        part("form-data;\r\n name=\"x\"", "1") + model + end,
        part("form-data; name=\"x\"", "1", "X\n: y\r\n") + model + end,
        part("form-data; name=\"x\"", "1", "X : y\r\n") + model + end,
        part("form-data; name=\"x\"", "1", "X: y\u{0}\r\n") + model + end,
        part("form-data; name=\"x\"", "1", "X: y\rZ: y\r\n") + model + end,
        part("form-data; name=\"x\"", "1", "Content-Type: multipart/mixed; boundary=c\r\n") + model
            + end,
        part("form-data; name=\"model\"", "bzE=", "Content-Transfer-Encoding: base64\r\n") + end,
        part("form-data; name=\"model\"", "o1", "Content-Type: text/plain; charset=cp500\r\n")
            + end,
        part("form-data; name=\"model\"", "o1", "Content-Type: text/plain; charset*=x\r\n") + end,
        part("form-data; name=\"model\"", "o1", "Content-Type: application/json\r\n") + end,
        part("form-data; name=\"model\"", "o1\u{2028}") + end,
        part("form-data; name=\"model\"", "o\n1") + end,
        model + "--b \t\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n" + end,
        model, model + "--b", model + "--b-", model + end + "epilogue", model + end + "\r\n",
        model + "--b--\r\n--b--\r\n", model + "--b\r\n\r\nx\r\n" + end, model + "--b\r\n\r\n" + end,
        "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n--b--\r\n",
    ]

    @Test(arguments: ambiguous)
    func whatTwoReadersCouldDivideInDifferentWaysIsRefused(_ body: String) {
        #expect(refusal(body)?.status == 400)
        #expect(refusal(body)?.code == "ambiguous_form")
    }

    @Test(arguments: [
        #"name="model""#, #"name="Model""#, #"name="model[]""#, #"name="model[x]""#,
        #"name="model.x""#, #"name="models""#, #"name="fallbacks""#, "name=fallback",
        #"name="_charset_""#,
    ])
    func aSecondModelIsRefusedHoweverItIsNamed(_ name: String) {
        let other = Self.part("form-data; \(name)", "gpt-5")
        for body in [Self.model + other + Self.end, other + Self.model + Self.end] {
            let error = refusal(body)
            #expect(error?.status == 400)
            #expect(error?.code == "duplicate_parameter")
            #expect(error?.parameter == "model")
        }
    }

    @Test func aFormHasALimitOfParts() {
        let parts = String(repeating: Self.part("form-data; name=x", "1"), count: 999)
        #expect((try? found(parts + Self.model + Self.end)) == "o1")
        #expect(refusal(parts + parts + Self.model + Self.end)?.status == 400)
    }

    @Test func aFormWithoutAModelHasNone() throws {
        #expect(try found(Self.part("form-data; name=x", "1") + Self.end) == nil)
        #expect(try found("", "text/plain") == nil)
        #expect(try found("{\"model\":\"o1\"}", "text/plain") == nil)
    }

    @Test func aBodyOfHyphensTakesNoLongerThanAnother() {
        let boundary = String(repeating: "-", count: 60) + "b"
        let form = (Self.model + Self.part("form-data; name=x", "@") + Self.end)
            .replacing("--b", with: "--" + boundary)
            .replacing("@", with: String(repeating: "-", count: 2_000_000) + "a")
        let type = "multipart/form-data; boundary=" + boundary
        #expect((try? found(form, type)) == "o1")
    }

    @Test func whoeverHasNoSuchRightsIsNotAsked() throws {
        let body = Array(("preamble\r\n" + Self.model + Self.model + "--b\n").utf8)
        let request = try OpenAIRequestParser().parse(
            head("POST", "/v1/audio/transcriptions", type: Self.plain + "; boundary=c"),
            body: .beginning(body, totalLength: 999, isEnd: false))
        #expect(request.model == "o1")
        #expect(request.body.bytes == body)
    }
}
