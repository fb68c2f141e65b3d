import Foundation
import SluiceWire
import Testing

private struct Recording: Decodable {
    var kind: String
    var sse: Facts?

    struct Facts: Decodable {
        var events: Int
        var eventDigest: String
    }
}

@Suite(.enabled(if: Corpus.isPresent, "SLUICE_SHARED has no recorded streams"))
struct RecordedStreamTests {
    private static func recordings() throws -> [(
        name: String, facts: Recording.Facts, bytes: [UInt8]
    )] {
        guard let root = Corpus.root else { return [] }
        let folder = root.appending(path: "streams")
        guard let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        else { return [] }
        var found: [(String, Recording.Facts, [UInt8])] = []
        for case let file as URL in all where file.lastPathComponent.hasSuffix(".meta.json") {
            let meta = try Corpus.decoder.decode(Recording.self, from: Data(contentsOf: file))
            guard let facts = meta.sse else { continue }
            let stem = String(file.path.dropLast(".meta.json".count))
            let bytes = try Data(contentsOf: URL(filePath: stem + ".sse"))
            found.append((file.lastPathComponent, facts, Array(bytes)))
        }
        return found
    }

    /// The events of pieces, each counted when its last byte has arrived.
    private static func events(_ pieces: [ArraySlice<UInt8>]) -> [ServerSentEvent] {
        var scanner = EventScanner(limit: 1 << 20)
        var pending: [UInt8] = []
        var events: [ServerSentEvent] = []
        var isAtStart = true
        for piece in pieces {
            let bytes = Array(piece)
            var start = 0
            while let end = scanner.nextBoundary(in: bytes.span, from: start) {
                pending += bytes[start..<end]
                if let event = ServerSentEvent(parsing: pending.span, isAtStreamStart: isAtStart) {
                    events.append(event)
                    checkRange(pending, event)
                }
                isAtStart = false
                pending = []
                start = end
            }
            pending += bytes[start...]
        }
        return events
    }

    private static func checkRange(_ raw: [UInt8], _ event: ServerSentEvent) {
        guard let range = ServerSentEvent.dataRange(in: raw.span, from: 0, to: raw.count) else {
            return
        }
        #expect(raw[range].elementsEqual(event.data))
    }

    private static func digest(_ events: [ServerSentEvent]) -> String {
        var all: [UInt8] = []
        for event in events {
            all += Array((event.type ?? "").utf8) + [0] + event.data + [0]
        }
        return SHA256.hex(all)
    }

    @Test func everyRecordingGivesItsEventsHoweverItIsCut() throws {
        let recordings = try Self.recordings()
        #expect(recordings.count > 200)
        for (name, facts, bytes) in recordings {
            let whole = Self.events([bytes[...]])
            #expect(whole.count == facts.events, "\(name)")
            #expect(Self.digest(whole) == facts.eventDigest, "\(name)")
            for size in [1, 7, 100, 4096] {
                let pieces = stride(from: 0, to: bytes.count, by: size).map {
                    bytes[$0..<min($0 + size, bytes.count)]
                }
                #expect(Self.events(pieces) == whole, "\(name) in pieces of \(size)")
            }
        }
    }
}
