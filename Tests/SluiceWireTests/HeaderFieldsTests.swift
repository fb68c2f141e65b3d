import SluiceWire
import Testing

struct HeaderFieldsTests {
    static func fields(_ pairs: (String, String)...) -> HeaderFields {
        var fields = HeaderFields()
        for (name, value) in pairs { fields.append(HeaderName(name), value) }
        return fields
    }

    /// The fields of a response head; nil without one.
    static func parsed(_ head: String?) -> HeaderFields? {
        guard let head else { return nil }
        var parser = ResponseHeadParser()
        let bytes = Array(head.utf8)
        guard case .complete(let answer, _) = parser.parse(bytes.span, toHEAD: false) else {
            return nil
        }
        return answer.headers
    }

    static func written(_ write: (inout [UInt8]) -> Void) -> String {
        var out: [UInt8] = []
        write(&out)
        return String(decoding: out, as: UTF8.self)
    }

    @Test func fieldsKeepTheirOrderAndAreFoundWithoutRegardToCase() {
        var fields = Self.fields(("A", "1"), ("B", "2"), ("a", "3"))
        #expect(fields["A"] == "1")
        #expect(fields.values(of: "a") == ["1", "3"])
        #expect(fields.count(of: "a") == 2)
        #expect(fields["c"] == nil)
        fields["a"] = "4"
        #expect(fields.pairs.map { "\($0.name)=\($0.value)" } == ["b=2", "a=4"])
        fields["b"] = nil
        #expect(fields == Self.fields(("a", "4")))
        #expect(!fields.contains("b"))
        fields.remove("a")
        #expect(fields.isEmpty)
        #expect(fields == HeaderFields())
    }

    @Test func aValueCannotBecomeASecondHeader() {
        let fields = Self.fields(("a", "x\r\nb: y\0\u{7F}\tz"), ("bad name", "x"), ("", "x"))
        #expect(Self.written { fields.writeFields(into: &$0) } == "a: x  b: y  \tz\r\n")
    }

    @Test func aTokenIsFoundInACommaList() {
        let fields = Self.fields(("Connection", "keep-alive ,\tUpgrade"), ("connection", "x"))
        #expect(fields.has(.connection, token: "upgrade"))
        #expect(fields.has(.connection, token: "KEEP-ALIVE"))
        #expect(fields.has(.connection, token: "x"))
        #expect(!fields.has(.connection, token: "keep"))
        #expect(!fields.has(.connection, token: ""))
    }

    static let policy = HeaderPolicy(
        exact: [
            "Accept", "user-agent", "authorization", "connection", "te", "host", "content-length",
            "transfer-encoding", "x_api_key",
        ],
        prefixes: ["X-Stainless-*", "proxy-", "keep-"])

    @Test(arguments: [
        ("accept", true), ("Accept", true), ("accept-encoding", false), ("accep", false),
        ("x-stainless-os", true), ("x-stainless-", true), ("x-stainless", false),
        ("x-stainless-a_b", false), ("x_api_key", false), ("x-api-key", false),
        ("connection", false), ("te", false), ("host", false), ("content-length", false),
        ("transfer-encoding", false), ("proxy-authorization", false),
        ("proxy-connection", false), ("keep-alive", false), ("proxy-other", true),
    ])
    func aPolicyLetsOnlyListedFieldsPass(name: String, passes: Bool) {
        #expect(Self.policy.allows(HeaderName(name)) == passes)
        let fields = Self.fields((name, "v"))
        #expect(fields.filtered(by: Self.policy).count == (passes ? 1 : 0))
        let text = Self.written { fields.filtered(by: Self.policy).writeFields(into: &$0) }
        #expect(text.isEmpty != passes)
    }

    @Test func whatConnectionNamesDoesNotPass() {
        let fields = Self.fields(
            ("authorization", "a"), ("accept", "b"), ("user-agent", "c"),
            ("connection", "keep-alive"), ("connection", "close, Authorization"),
            ("connection", "ACCEPT"))
        let text = Self.written { fields.filtered(by: Self.policy).writeFields(into: &$0) }
        #expect(text == "user-agent: c\r\n")
        #expect(fields.filtered(by: Self.policy) == Self.fields(("user-agent", "c")))
    }

    @Test func bytesOfAValueAreReadInPlace() {
        #expect(Self.fields(("a", "xyz")).bytes(of: "A").map(Array.init) == Array("xyz".utf8))
        #expect(Self.fields(("a", "xyz")).bytes(of: "b") == nil)
    }
}
