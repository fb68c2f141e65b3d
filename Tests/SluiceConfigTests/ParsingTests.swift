import Foundation
import SluiceConfig
import Testing

@Suite struct ParsingTests {
    @Test(arguments: [
        (
            "a = 1\n\na = 2",
            "proxy.conf:3: Error while parsing key-value pair: cannot redefine existing integer 'a'"
        ),
        (
            "[x]\n[x]",
            "proxy.conf:2: Error while parsing table header: cannot redefine existing table 'x'"
        ),
        (
            "\ntoken = sk-9",
            "proxy.conf:2: Error while parsing value: could not determine value type (is it missing its quotes?)"
        ),
        (
            "k = 99999999999999999999",
            "proxy.conf:1: Error while parsing value: a number that does not fit 64 bits"
        ),
        (
            "k = i\nx",
            "proxy.conf:1: Error while parsing floating-point: expected 'inf', saw 'i\\n' (is it missing its quotes?)"
        ),
        ("a = [1,\n # x\n }", "proxy.conf:3: a value is missing before '}'"),
        ("a = [ }", "proxy.conf:1: a value is missing before '}'"),
        ("a = { b = [\"x\", } }", "proxy.conf:1: a value is missing before '}'"),
        ("a = 1\nb = \"\\u0000\"", "proxy.conf:2: a NUL character is not allowed"),
        ("a = \"x\u{0}y\"", "proxy.conf:1: a NUL character is not allowed"),
    ])
    func aFaultyTextIsRefusedWithItsLine(_ text: String, _ expected: String) {
        #expect(failure { _ = try Configuration.parse(text, file: "proxy.conf") } == expected)
    }

    @Test(arguments: [
        "token = sk-9-abc", "token = 'x' sk-9", "sk-9 = sk-9", "token = \"sk-9", "a = [sk-9",
        "token = { sk-9", "a = \"\\qsk-9\"", "a = '''sk-9",
    ])
    func aSyntaxErrorDoesNotQuoteTheText(_ text: String) {
        let message = failure { _ = try Configuration.parse(text) }
        #expect(message.hasPrefix("line 1: Error while parsing "))
        #expect(!message.contains("sk-9"))
    }

    @Test(arguments: [
        "[# server]", "[", "[[\n", "[ [server]]", "[server]\n\t[*]", "[é]", "\u{FEFF}[.a]",
        "a = 1\r\n[[\t{",
    ])
    func aHeaderWithoutANameIsRefused(_ text: String) {
        let line = text.hasPrefix("[server]") || text.hasPrefix("a") ? 2 : 1
        #expect(
            failure { _ = try Configuration.parse(text) }
                == "line \(line): a header names its section: '[server]'")
    }

    @Test(arguments: [
        "a = \"\"\"\n[# no header\n\"\"\"", "a = [\n[# comment\n1]]", "# [#\n['a'] # [#",
        "a = '''\n[\n'''\n[[-]]", "[\"#\"]\nb = \"[#\"",
    ])
    func whatOnlyLooksLikeABrokenHeaderIsRead(_ text: String) throws {
        _ = try Configuration.parse(text)
    }

    @Test(arguments: [
        "a = 1980-05-13T:3", "a = 1980-05-13t\u{18}7:3", "a = [\n1980-05-13T]",
        "a = { b = 1980-05-13T:1Z }",
    ])
    func aDateThatBreaksOffIsRefused(_ text: String) {
        let message = failure { _ = try Configuration.parse(text) }
        #expect(message.hasSuffix(": a date breaks off before its time"))
    }

    @Test func aDateInAStringIsText() {
        let text = "a = \"1980-05-13T:3\" # 1980-05-13T\nb = '1980-05-13T'"
        #expect(failure { _ = try Configuration.parse(text) } == "no error")
    }

    @Test(arguments: [(100, false), (101, true), (200_000, true)])
    func aKeyHasALimitOfDots(dots: Int, isRefused: Bool) {
        let key = String(repeating: "a.", count: dots) + "a"
        let texts = ["\n\(key) = 1.5", "\n[\(key)]", "b = [\n{ c = \"...\", \(key) = 1 }]"]
        for text in texts {
            #expect(
                failure { _ = try Configuration.parse(text) }
                    == (isRefused ? "line 2: a key has more than 100 dots" : "no error"))
        }
        let string = "a = \"\(key)\" # \(key)\nb = \"\"\"\n\(key)\"\"\""
        #expect(failure { _ = try Configuration.parse(string) } == "no error")
    }

    @Test func linesAreFoundBehindEverythingThatSpansLines() throws {
        let text = """
            # [comment]
            text = \"\"\"
            not = "a key" ]
            \"\"\"
            list = [ # with [a] bracket
              "]", '#',
            ]
            literal = '''
            [no.table]'''
              "quoted key" . inner = 1
            [ a . "b.c" ]  # header
            k = 1
            [[ l ]]
            k = 1
            [l.sub]
            k = 1\r
            [[l]]
            inline = [{ x = 1 }, { y = 2 }]
            """
        let root = try parse(text)
        for key in ["text", "list", "literal", "quoted key"] { _ = try root.value(key) }
        _ = try root.section("a")?.section("b.c")
        for member in try root.sections("l") {
            _ = try member.section("sub")
            _ = try member.sections("inline")
        }
        #expect(
            failure(root.rejectUnreadKeys) == """
                line 12: unknown key 'k' in [a.b.c]
                line 14: unknown key 'k' in [[l]] #1
                line 16: unknown key 'k' in [l.sub] of [[l]] #1
                line 18: unknown key 'x' in [[l.inline]] #1 of [[l]] #2
                line 18: unknown key 'y' in [[l.inline]] #2 of [[l]] #2
                """)
    }

    @Test func aFileIsReadAndItsFolderIsTheBaseOfPaths() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("sluice-config-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("proxy.conf")
        try Data("cert = 'a.pem'\nwho = '${WHO}'".utf8).write(to: file)
        let root = try Configuration.load(file.path, environment: ["WHO": "me"])
        #expect(try root.filePath("cert") == folder.appendingPathComponent("a.pem").path)
        #expect(try root.string("who") == "me")
        try Data([0x61, 0x3D, 0xFF]).write(to: file)
        #expect(
            failure { _ = try Configuration.load(file.path) }
                == "\(file.path): is not valid UTF-8")
        try Data(repeating: 0x20, count: Configuration.sizeLimit + 1).write(to: file)
        #expect(
            failure { _ = try Configuration.load(file.path) }
                == "\(file.path): is larger than 4194304 bytes")
    }

    @Test func aFileThatIsNotThereIsNamed() {
        #expect(
            failure { _ = try Configuration.load("/nowhere/proxy.conf") }
                == "/nowhere/proxy.conf: cannot be read: there is no such file")
    }

    @Test func anEmptyTextIsAnEmptyConfiguration() throws {
        let root = try parse("")
        #expect(root.keys.isEmpty)
        try root.rejectUnreadKeys()
    }
}
