/// The tokens of an encoding, and how text is made of them.
struct Vocabulary: Sendable {
    let list: TokenList
    let pieces: PieceTable
    let trie: TokenTrie
    let merges: MergeTable
    let neighbours = NeighbourMemory()
}
