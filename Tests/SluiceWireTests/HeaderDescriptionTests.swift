import SluiceWire
import Testing

/// What is printed ends up in logs.
struct HeaderDescriptionTests {
    @Test func namesAndValuesAreShownInOrder() {
        var head = ResponseHead(status: 200)
        #expect("\(head)" == "200 []")
        head.headers.append("content-type", "text/plain")
        head.headers.append("X-Served-By", "sluice")
        #expect("\(head)" == "200 [content-type: text/plain, x-served-by: sluice]")
    }

    @Test(arguments: [
        "Authorization", "api-key", "X-Api-Key", "proxy-authorization", "cookie", "set-cookie",
    ])
    func aCredentialIsHidden(name: String) {
        var fields = HeaderFields()
        fields.append(HeaderName(name), "secret")
        #expect("\(fields)" == "[\(name.lowercased()): (hidden)]")
        #expect(!String(reflecting: ResponseHead(status: 200, headers: fields)).contains("secret"))
    }
}
