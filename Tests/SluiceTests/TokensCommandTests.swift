import ArgumentParser
import Foundation
import Testing

@testable import Sluice

struct TokensCommandTests {
    @Test(arguments: [
        ["tokens"], ["tokens", "--model", "a", "--tokenizer", "b"],
        ["tokens", "--request", "--model", "a"],
    ])
    func oneWayOfCountingHasToBeSaid(arguments: [String]) {
        #expect(throws: (any Error).self) { try SluiceCommand.parseAsRoot(arguments) }
    }

    @Test(arguments: [
        ["tokens", "--model", "gpt-4o"], ["tokens", "--tokenizer", "estimate", "file"],
        ["tokens", "--request", "--json", "--config", "proxy.conf", "file"],
    ])
    func theWaysAreKnown(arguments: [String]) throws {
        #expect(try SluiceCommand.parseAsRoot(arguments) is TokensCommand)
    }
}
