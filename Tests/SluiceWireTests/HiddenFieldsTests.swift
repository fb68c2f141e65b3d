import SluiceWire
import Testing

/// Fields that are removed or filtered out stay in memory for a while: nothing may show them.
struct HiddenFieldsTests {
    static let policy = HeaderPolicy(exact: ["accept", "x-own"], prefixes: ["x-many-"])

    static func written(_ fields: HeaderFields) -> String {
        HeaderFieldsTests.written { fields.writeFields(into: &$0) }
    }

    @Test func aFilteredCopyShowsOnlyWhatPassesAndLeavesTheOriginalWhole() {
        let all = HeaderFieldsTests.fields(
            ("cookie", "a"), ("accept", "b"), ("x-own", "c"), ("authorization", "d"))
        let some = all.filtered(by: Self.policy)
        #expect(Self.written(some) == "accept: b\r\nx-own: c\r\n")
        #expect(some.byteCount == Self.written(some).utf8.count)
        #expect(some.count == 2)
        #expect(some["cookie"] == nil)
        #expect(some.bytes(of: .authorization) == nil)
        #expect(!some.contains(.cookie) && some.contains(.accept) && some.contains("x-own"))
        #expect(some == HeaderFieldsTests.fields(("accept", "b"), ("x-own", "c")))
        #expect(some != all && all.count == 4 && all[.cookie] == "a")
        #expect(all.filtered(by: HeaderPolicy(exact: [])) == HeaderFields())
    }

    @Test func aFilteredCopyCanBeChanged() {
        let all = HeaderFieldsTests.fields(("cookie", "a"), ("accept", "b"), ("x-own", "c"))
        var some = all.filtered(by: Self.policy)
        some.append(.cookie, "new")
        some[.accept] = "z"
        some.remove("x-own")
        #expect(Self.written(some) == "cookie: new\r\naccept: z\r\n")
        #expect(some.values(of: .cookie) == ["new"])
        #expect(all.count == 3 && all[.cookie] == "a")
    }

    @Test(arguments: [63, 64, 65, 66, 130])
    func manyFieldsAreFilteredAndRemovedLikeFew(number: Int) {
        var fields = HeaderFields()
        for index in 0..<number {
            fields.append(HeaderName("x-many-\(index)"), "\(index)")
            fields.append("x-other", "o")
        }
        let expected = (0..<number).map { "x-many-\($0): \($0)\r\n" }.joined()
        #expect(Self.written(fields.filtered(by: Self.policy)) == expected)
        var rest = fields
        rest.remove("x-other")
        #expect(Self.written(rest) == expected)
        rest.remove(HeaderName("x-many-\(number - 1)"))
        #expect(rest.count == number - 1)
        #expect(fields.count == 2 * number)
    }

    @Test func aFieldThatIsSetAgainAndAgainDoesNotPileUp() {
        var fields = HeaderFieldsTests.fields(("accept", "a"))
        for index in 0..<1000 { fields["x-own"] = "\(index)" }
        #expect(Self.written(fields) == "accept: a\r\nx-own: 999\r\n")
        #expect(fields.count == 2)
    }

    @Test func otherFieldsTakeThePlaceOfThoseOfTheSameName() {
        var fields = HeaderFieldsTests.fields(("accept", "a"), ("x-own", "b"), ("Accept", "c"))
        fields.replace(with: HeaderFields())
        #expect(fields.count == 3)
        let others = HeaderFieldsTests.fields(("cookie", "gone"), ("accept", "d"), ("x-own", "e"))
        fields.replace(with: others.filtered(by: Self.policy))
        fields.replace(with: HeaderFieldsTests.fields(("x-more", "f")))
        #expect(Self.written(fields) == "accept: d\r\nx-own: e\r\nx-more: f\r\n")
        #expect(fields.contains("x-more") && !fields.contains(.cookie))
    }

    @Test func theBeginningOfAValueIsComparedWithoutRegardToCase() {
        let fields = HeaderFieldsTests.fields(("content-type", "Text/Event-Stream; charset=utf-8"))
        #expect(fields.has(.contentType, startingWith: "text/event-stream"))
        #expect(!fields.has(.contentType, startingWith: "text/event-stream; charset=utf-8; x"))
        #expect(!fields.has(.contentType, startingWith: "application/json"))
        #expect(!fields.has(.accept, startingWith: "text"))
    }
}
