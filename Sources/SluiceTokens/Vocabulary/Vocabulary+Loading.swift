internal import CSluiceVocabularies

extension Vocabulary {
    static let cl100kBase = Vocabulary(VocabularyFile(sluice_cl100k_base()))
    static let o200kBase = Vocabulary(VocabularyFile(sluice_o200k_base()))
    static let p50kBase = Vocabulary(VocabularyFile(sluice_p50k_base()))

    /// Makes all tables in one pass over the file, as memory that is far away costs more than anything else here.
    init(_ file: VocabularyFile) {
        let lengths = (0..<file.count).lazy.map { Int(file.shared[$0]) + Int(file.added[$0]) }
        let short = lengths.count { $0 <= 8 }
        var pieces = PieceTableBuilder(short: short, long: file.count - short)
        var merges = MergeTableBuilder(merges: file.count)
        var trie = TrieBuilder(tokens: file.count)
        var tokens = TableBuilder(
            repeating: Token(id: 0, start: 0, length: 0), count: file.idLimit)
        let bytes = file.allBytes(count: lengths.reduce(0, +))
        var (start, added) = (0, 0)
        for index in 0..<file.count {
            let (id, split) = (file.id(index), Int(file.splits[index]))
            let length = Int(file.shared[index]) &+ Int(file.added[index])
            let isMade = split > 0 || length == 1
            var token = Token(id: id, start: start, length: length)
            trie.keep(Int(file.shared[index]))
            for position in Int(file.shared[index])..<length {
                let ends = isMade && position == length &- 1
                trie.add(file.bytes[added], token: ends ? id : Token.none)
                added &+= 1
            }
            if split > 0 {
                token.prefix = trie.prefix
                token.left = trie.token(ofLength: split)
                token.right = file.right(index)
                merges.add(token.left, token.right, merged: id)
            }
            tokens[Int(id)] = token
            pieces.add(id, bytes.text, from: start, length: length, isMade: isMade)
            start &+= length
        }
        list = TokenList(tokens: tokens.finish(), bytes: bytes)
        self.pieces = pieces.finish()
        self.trie = trie.finish()
        self.merges = merges.finish()
    }
}

extension VocabularyFile {
    /// The bytes of all tokens in full, one after another.
    fileprivate func allBytes(count: Int) -> Table<UInt8> {
        var all = TableBuilder<UInt8>(capacity: count)
        var (start, offset) = (0, 0)
        for index in 0..<self.count {
            let before = start
            start = all.count
            for position in 0..<Int(shared[index]) { all.append(all[before &+ position]) }
            for _ in 0..<Int(added[index]) {
                all.append(bytes[offset])
                offset &+= 1
            }
        }
        return all.finish()
    }
}
