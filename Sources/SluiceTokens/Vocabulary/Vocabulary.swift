/// The tokens of an encoding, and how text is made of them.
struct Vocabulary: Sendable {
    let list: TokenList
    let pieces: PieceTable
    let trie: TokenTrie
    let merges: MergeTable
    let neighbours = NeighbourMemory()
    /// For pieces that cannot be split from left to right.
    var detours: Detours?

    /// Gives the memory back of a vocabulary that was read from a file; nothing may be asked after that.
    func free() {
        list.tokens.free()
        list.bytes.free()
        pieces.short.free()
        pieces.long.free()
        trie.nodes.free()
        trie.edges.free()
        trie.beginnings.free()
        trie.bytes.free()
        merges.slots.free()
        neighbours.free()
    }
}
