import Foundation
import Testing

@testable import SluiceProviders

/// The documents name files, tables and code that are there.
struct DocumentationTests {
    private static let articles = [
        "README.md", "CHANGELOG.md", "Sources/Sluice/Sluice.docc/Sluice.md",
        "Sources/Sluice/Sluice.docc/LifeOfARequest.md",
        "Sources/Sluice/Sluice.docc/WritingAProcessor.md",
        "Sources/Sluice/Sluice.docc/Providers.md", "Sources/Sluice/Sluice.docc/Configuration.md",
        "Sources/Sluice/Sluice.docc/Operating.md", "Sources/Sluice/Sluice.docc/Performance.md",
        "Sources/Sluice/Sluice.docc/Limits.md", "Sources/Sluice/Sluice.docc/ClientsAndSecrets.md",
        "Sources/Sluice/Sluice.docc/WhatARequestCosts.md",
        "Sources/Sluice/Sluice.docc/Tokenizers.md",
        "Sources/Sluice/Sluice.docc/Tokens.md",
        "Sources/Sluice/Sluice.docc/RatesAndBudgets.md",
    ]

    private func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path)
    }

    @Test(arguments: articles)
    func everyFileThatIsNamedIsThere(article: String) throws {
        let text = try file(article)
        for match in text.matches(of: /`((?:Sources|Examples|Tests|scripts)\/[^`\s]+)`/) {
            #expect(exists(String(match.1)), "\(match.1)")
        }
        for match in text.matches(of: /\]\(([^)#:]+)\)/) {
            #expect(exists(String(match.1)), "\(match.1)")
        }
        for match in text.matches(of: /<doc:([A-Za-z]+)>/) {
            #expect(exists("Sources/Sluice/Sluice.docc/\(match.1).md"))
        }
    }

    @Test func theLifeOfARequestGoesThroughTheFolders() throws {
        let text = try file("Sources/Sluice/Sluice.docc/LifeOfARequest.md")
        #expect(text.matches(of: /`Sources\/[^`]+\.swift`/).count >= 30)
    }

    @Test func theTableOfProvidersIsThatOfThePresets() throws {
        let rows = (OpenAIPreset.all + [.azure]).map { preset in
            let url = preset.url.map { "`\($0)`" } ?? "none, `url` is needed"
            let usage = preset.reportsStreamUsage ? "yes" : "no"
            let lists = preset.listsModels ? "yes" : "no"
            return
                "| `\(preset.type)` | \(url) | \(preset.authorization.rawValue) | \(usage) | \(lists) |"
        }
        #expect(try file("README.md").contains(rows.joined(separator: "\n")))
    }

    @Test(arguments: ["README.md", "Sources/Sluice/Sluice.docc/Sluice.md"])
    func theExampleOfUseInProcessIsTheOneThatIsBuilt(article: String) throws {
        let example = try file("Tests/SluiceTests/InProcess.swift")
        #expect(try file(article).contains("```swift\n\(example)```"))
    }

    @Test func theExampleOfUseInProcessAnswers() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).conf").path
        try "[[providers]]\ntype = \"echo\"\n".write(
            toFile: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let question = #"{"model": "m", "messages": [{"role": "user", "content": "Hello"}]}"#
        #expect(try await ask(question, configuration: path).contains(#""content":"Hello""#))
    }

    @Test func theProcessorOfTheREADMEIsTheOneThatIsBuilt() throws {
        let budget = try file("Examples/CustomProcessor/Sources/WordBudget/WordBudget.swift")
        let main = try file("Examples/CustomProcessor/Sources/custom-sluice/main.swift")
        let line = "registry.processor(\"word-budget\", WordBudget.init)\n"
        #expect(try file("README.md").contains("```swift\n\(budget)```"))
        #expect(try file("README.md").contains(line))
        #expect(main.contains(line))
    }
}
