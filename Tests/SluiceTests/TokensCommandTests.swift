import ArgumentParser
import Foundation
import Testing

@testable import Sluice

struct TokensCommandTests {
    @Test(arguments: [
        ["tokens"], ["tokens", "--model", "a", "--tokenizer", "b"],
        ["tokens", "--request", "--model", "a", "--tokenizer-file", "b"],
    ])
    func oneWayOfCountingHasToBeSaid(arguments: [String]) {
        #expect(throws: (any Error).self) { try SluiceCommand.parseAsRoot(arguments) }
    }

    @Test(arguments: [
        ["tokens", "--model", "gpt-4o"], ["tokens", "--tokenizer", "estimate", "file"],
        ["tokens", "--request", "--json", "--config", "proxy.conf", "file"],
        ["tokens", "--request", "--model", "gpt-4o", "-"],
        ["tokens", "--request", "--tokenizer-file", "file"],
    ])
    func theWaysAreKnown(arguments: [String]) throws {
        #expect(try SluiceCommand.parseAsRoot(arguments) is TokensCommand)
    }

    @Test(arguments: [
        ("/nowhere/text", "/nowhere/text: there is no such file"), ("/tmp", "/tmp: is a folder"),
    ])
    func aFileThatIsNoneIsSaidSo(file: String, complaint: String) async throws {
        let command = try TokensCommand.parse(["--model", "gpt-4o", file])
        let error = await #expect(throws: Complaint.self) { try await command.run() }
        #expect(error.map { "\($0)" } == complaint)
    }
}
