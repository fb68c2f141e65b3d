import Foundation
import SluiceTestSupport

/// A line of the shared corpora: a text and what tiktoken makes of it.
struct CorpusText: Decodable {
    var id: String
    var text: String
    /// By the name of the encoding.
    var ids: [String: [UInt32]] = [:]

    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        id = try container.decode(String.self, forKey: Key(stringValue: "id"))
        text = try container.decode(String.self, forKey: Key(stringValue: "text"))
        for name in EncodingCase.names {
            ids[name] = try container.decode([UInt32].self, forKey: Key(stringValue: name))
        }
    }

    static func all(in file: String) throws -> [CorpusText] {
        let path = Shared.folder.appendingPathComponent("corpora/tokens/\(file)")
        return try Data(contentsOf: path).split(separator: 0x0A).map {
            try JSONDecoder().decode(CorpusText.self, from: $0)
        }
    }
}
