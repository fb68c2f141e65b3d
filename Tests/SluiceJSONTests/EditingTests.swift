import SluiceJSON
import Testing

/// An edited document must be what its text says: the moved index equals a fresh one.
func expect(_ document: JSONDocument, is text: String, _ place: SourceLocation = #_sourceLocation)
    throws
{
    #expect(String(decoding: document.bytes, as: UTF8.self) == text, sourceLocation: place)
    let fresh = try JSONDocument(parsing: document.bytes)
    #expect(outline(document.root) == outline(fresh.root), sourceLocation: place)
}

/// All values of a document with their places.
func outline(_ value: JSONValue) -> [String] {
    var lines = ["\(value.kind) \(value.range)"]
    for member in value.members { lines += ["\(member.key):"] + outline(member.value) }
    for element in value.elements { lines += outline(element) }
    return lines
}

func document(_ text: String) throws -> JSONDocument {
    try JSONDocument(parsing: Array(text.utf8))
}

@Suite("Editing a document")
struct EditingTests {
    struct Edit: Sendable, CustomTestStringConvertible {
        let before: String
        let path: [String]
        let literal: JSONLiteral
        let after: String

        init(_ before: String, _ path: [String], _ literal: JSONLiteral, _ after: String) {
            (self.before, self.path, self.literal, self.after) = (before, path, literal, after)
        }

        var testDescription: String { "\(before) → \(after)" }
    }

    @Test(arguments: [
        Edit(#"{"model":"a","n":1}"#, ["model"], "bb", #"{"model":"bb","n":1}"#),
        Edit(#"{ "n" : 1 , "model" : "a" }"#, ["model"], "", #"{ "n" : 1 , "model" : "" }"#),
        Edit(#"{"a":{"b":[1,2,{"c":3}]},"z":0}"#, ["a", "b"], nil, #"{"a":{"b":null},"z":0}"#),
        Edit(#"{"a":1,"z":0}"#, ["a"], ["x": [1, 2.5]], #"{"a":{"x":[1,2.5]},"z":0}"#),
        Edit(#"{"a":{"b":1},"z":0}"#, ["a", "b"], true, #"{"a":{"b":true},"z":0}"#),
        Edit(#"{"a":[1, 2 ,3]}"#, ["a", "1"], "two", #"{"a":[1, "two" ,3]}"#),
        Edit(#"{"mod\u0065l":"a"}"#, ["model"], "b", #"{"mod\u0065l":"b"}"#),
        Edit(#"{"größe":1,"x":2}"#, ["größe"], 10, #"{"größe":10,"x":2}"#),
        Edit("\n[1]\t", [], ["a": 1], "\n{\"a\":1}\t"),
    ])
    func settingAValueReplacesItInPlace(_ edit: Edit) throws {
        var edited = try document(edit.before)
        let found = edited.set(edit.path, to: edit.literal)
        #expect(found)
        try expect(edited, is: edit.after)
    }

    @Test(arguments: [
        Edit("{}", ["a"], 1, #"{"a":1}"#),
        Edit("{ \n }", ["a"], 1, "{\"a\":1 \n }"),
        Edit(#"{"a":1}"#, ["b"], "x", #"{"a":1,"b":"x"}"#),
        Edit("{\n  \"a\": [1]\n}\n", ["b"], [:], "{\n  \"a\": [1],\"b\":{}\n}\n"),
        Edit(#"{"a":{},"z":[1]}"#, ["a", "b"], [1], #"{"a":{"b":[1]},"z":[1]}"#),
        Edit(#"{"a":{"b":1},"z":[1]}"#, ["a", "c"], 2, #"{"a":{"b":1,"c":2},"z":[1]}"#),
        Edit("{}", ["a\"\n"], 1, #"{"a\"\n":1}"#),
    ])
    func settingAMissingMemberAppendsIt(_ edit: Edit) throws {
        var edited = try document(edit.before)
        let found = edited.set(edit.path, to: edit.literal)
        #expect(found)
        try expect(edited, is: edit.after)
    }
}
