internal import SluiceJSON

/// Reads `model.vocab`, from the text of a token to its id.
struct VocabularyReader {
    let spelling: BytePairFile.Spelling
    private(set) var bytes: [UInt8] = []
    private(set) var starts: [UInt32] = [0]
    private(set) var ids: [UInt32] = []
    private(set) var foreign: [String: UInt32] = [:]
    private var fault: String?

    /// Of tokens, since three of their numbers share a word.
    static let mostTokens = 1 << Int(Token.bits) - 1
    /// Of all tokens together.
    private static let mostBytes = 1 << 24

    init(spelling: BytePairFile.Spelling) { self.spelling = spelling }

    mutating func read(_ vocab: TokenizerJSON) throws {
        guard vocab.value.isObject else { throw vocab.unusable("something else than an object") }
        vocab.value.forEachMember { add($0, $1) }
        if let fault { throw vocab.unusable(fault) }
        guard ids.count > 0 else { throw vocab.unusable("no tokens") }
        guard bytes.count < Self.mostBytes, ids.count + foreign.count < Self.mostTokens else {
            throw vocab.unusable("more tokens than there can be")
        }
        try checkIDs(vocab)
    }

    private mutating func add(_ name: Span<UInt8>, _ value: JSONValue) {
        guard fault == nil else { return }
        guard let id = value.int, (0..<BytePairFile.idLimit).contains(id) else {
            fault = "an id that is none"
            return
        }
        guard !name.isEmpty, bytes.count < Self.mostBytes else {
            fault = name.isEmpty ? "an empty token" : "more tokens than there can be"
            return
        }
        switch spelling {
        case .bytes:
            guard ByteAlphabet.appendBytes(of: name, to: &bytes) else {
                bytes.removeLast(bytes.count - Int(starts[starts.count - 1]))
                addForeign(name, UInt32(id))
                return
            }
        case .text:
            for offset in name.indices { bytes.append(name[offset]) }
        }
        starts.append(UInt32(bytes.count))
        ids.append(UInt32(id))
    }

    private mutating func addForeign(_ name: Span<UInt8>, _ id: UInt32) {
        // Safety: the text does not leave the closure.
        let text = name.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
        if foreign.updateValue(id, forKey: text) != nil { fault = "a token twice" }
    }

    /// Two tokens of one id could not be told apart in what is counted and priced.
    private func checkIDs(_ vocab: TokenizerJSON) throws {
        var seen = [Bool](repeating: false, count: Int(ids.max() ?? 0) + 1)
        for id in ids {
            if seen[Int(id)] { throw vocab.unusable("two tokens of the id \(id)") }
            seen[Int(id)] = true
        }
    }
}
