import Foundation
import SluiceCore
import SluiceJSON
import Testing

@testable import SluiceProviders

/// Streams and documents of real services, kept outside this repository.
@Suite(.enabled(if: shared != nil, "SLUICE_SHARED has no recorded streams"))
struct RecordedStreamTests {
    struct Recording: CustomTestStringConvertible, Sendable {
        let file: String
        let body: [UInt8]
        let endpoint: Endpoint
        let facts: JSONValue
        let endsWithDone: Bool
        var testDescription: String { file }
    }

    private static let endpoints: [String: Endpoint] = [
        "openai-chat": .chatCompletions, "openai-completions": .completions,
        "openai-responses": .responses, "openai-embeddings": .embeddings,
    ]

    /// Answers with status 200 in OpenAI's dialects, of one kind: `sse` or `json`.
    private static func recordings(_ kind: String) -> [Recording] {
        guard let folder = shared?.appendingPathComponent("corpora/streams"),
            let index = try? String(
                contentsOf: folder.appendingPathComponent("index.jsonl"), encoding: .utf8)
        else { return [] }
        return index.split(separator: "\n").compactMap { line in
            guard let row = try? JSONDocument(parsing: Array(line.utf8)).root,
                row["kind"]?.string == kind, row["status"]?.int == 200,
                let endpoint = endpoints[row["dialect"]?.string ?? ""],
                let file = row["file"]?.string, let meta = row["meta"]?.string,
                let body = try? Data(contentsOf: folder.appendingPathComponent(file)),
                let about = try? Data(contentsOf: folder.appendingPathComponent(meta)),
                let facts = try? JSONDocument(parsing: Array(about)).root
            else { return nil }
            return Recording(
                file: file, body: Array(body), endpoint: endpoint, facts: facts,
                endsWithDone: facts["sse"]?["ends_with_done"]?.bool ?? false)
        }
    }

    private static let streams = recordings("sse")
    private static let documents = recordings("json")

    @Test func thereAreRecordings() {
        #expect(Self.streams.count > 100)
        #expect(Self.documents.count > 100)
    }

    @Test(arguments: streams)
    func usageAndEndAreFound(_ recording: Recording) {
        var reader = OpenAIDialect().makeStreamReader(for: recording.endpoint)
        var all: EventFacts = []
        for event in events(recording.body) { all.formUnion(reader.read(event.span)) }
        let facts = recording.facts["facts"]
        #expect(reader.usage == TokenUsage(openAI: facts?["usage"]))
        let isFinished = facts?["finish_reasons"]?.count ?? 0 > 0
        #expect(all.contains(.terminal) == (isFinished || recording.endsWithDone))
        if recording.endsWithDone { #expect(all.contains(.last)) }
        #expect(all.contains(.error) == !(facts?["error_at"]?.isNull ?? true))
    }

    @Test(arguments: documents)
    func usageOfDocumentsIsFound(_ recording: Recording) {
        let usage = OpenAIDialect().usage(
            inDocument: recording.body, endpoint: recording.endpoint)
        #expect(usage == TokenUsage(openAI: recording.facts["facts"]?["usage"]))
    }
}
