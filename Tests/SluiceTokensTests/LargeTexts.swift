import Foundation
import SluiceTestSupport

/// How the shared corpora make their large texts, and what tiktoken makes of them.
struct LargeTexts: Decodable {
    struct Recipe: Decodable {
        var id: String
        var pieces: String?
        var seed: UInt64?
        var targetBytes: Int?
        var `repeat`: String?
        var count: Int?
        var sha256: String
        var tokens: [String: Int]
        var digests: [String: String]

        enum CodingKeys: String, CodingKey {
            case id, pieces, seed, `repeat`, count, sha256, tokens
            case targetBytes = "target_bytes"
            case digests = "ids_sha256"
        }
    }

    var pieces: [String: [String]]
    var texts: [Recipe]

    static func read() throws -> LargeTexts {
        let file = Shared.folder.appendingPathComponent("corpora/tokens/large.json")
        return try JSONDecoder().decode(LargeTexts.self, from: Data(contentsOf: file))
    }

    func text(of recipe: Recipe) -> [UInt8]? {
        if let unit = recipe.repeat, let count = recipe.count {
            return Array(String(repeating: unit, count: count).utf8)
        }
        guard let kind = recipe.pieces, let pieces = pieces[kind]?.map({ Array($0.utf8) }),
            let seed = recipe.seed, let target = recipe.targetBytes
        else { return nil }
        var (text, numbers) = ([UInt8](), SplitMix64(state: seed))
        while text.count < target { text += pieces[Int(numbers.next() % UInt64(pieces.count))] }
        return text
    }
}
