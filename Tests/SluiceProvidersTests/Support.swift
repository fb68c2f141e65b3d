import Foundation
import SluiceConfig
import SluiceCore
import SluiceJSON
import SluiceWire

@testable import SluiceProviders

/// A request head with fields.
func head(
    _ method: String, _ path: String, type: String? = "application/json",
    fields: [(String, String)] = []
) -> RequestHead {
    var headers = HeaderFields()
    if let type { headers.append(.contentType, type) }
    for (name, value) in fields { headers.append(HeaderName(name), value) }
    let parts = path.split(separator: "?", maxSplits: 1)
    return RequestHead(
        method: HTTPMethod(method), path: String(parts[0]),
        query: parts.count > 1 ? String(parts[1]) : nil, headers: headers)
}

/// Parses a whole body as the pipeline would.
func parse(
    _ body: String, _ path: String = "/v1/chat/completions", method: String = "POST",
    type: String? = "application/json"
) throws -> ProxyRequest {
    let head = head(method, path, type: type)
    let parser = OpenAIRequestParser()
    guard let plan = try parser.accept(head) else { throw NotAccepted() }
    let bytes = Array(body.utf8)
    switch plan {
    case .whole: return try parser.parse(head, body: bytes.isEmpty ? .none : .whole(bytes))
    case .held:
        return try parser.parse(
            head, body: .beginning(bytes, totalLength: UInt64(bytes.count), isEnd: true))
    }
}

struct NotAccepted: Error {}

/// What an answer's JSON says, or its events joined.
func text(of response: ProxyResponse) async throws -> String {
    switch response.body {
    case .bytes(let bytes): return String(decoding: bytes, as: UTF8.self)
    case .pieces(let pieces):
        var all: [UInt8] = []
        for try await piece in pieces { all += piece }
        return String(decoding: all, as: UTF8.self)
    }
}

func section(_ toml: String, environment: [String: String] = [:]) throws -> Section {
    try Configuration.parse(toml, environment: environment)
}

/// The events of a stream, each with its blank line.
func events(_ stream: [UInt8]) -> [[UInt8]] {
    var scanner = EventScanner(limit: .max)
    var events: [[UInt8]] = []
    var start = 0
    while let end = scanner.nextBoundary(in: stream.span, from: start) {
        events.append(Array(stream[start..<end]))
        start = end
    }
    return events
}

/// Reads all events of a stream.
func read(_ stream: String, by reader: inout some StreamReader) -> [EventFacts] {
    events(Array(stream.utf8)).map { reader.read($0.span) }
}

/// The folder of recordings, where there is one.
let shared: URL? = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    let folder =
        ProcessInfo.processInfo.environment["SLUICE_SHARED"].map { URL(fileURLWithPath: $0) }
        ?? root.deletingLastPathComponent().appendingPathComponent("shared")
    return FileManager.default.fileExists(
        atPath: folder.appendingPathComponent("corpora/streams/index.jsonl").path)
        ? folder : nil
}()
