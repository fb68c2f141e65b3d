/// Finds the longest token that a text goes on with. Tokens that merging never makes are not in it.
///
/// An edge is the index of a node or, with the highest bit, a token that nothing goes on from; it is zero where there is none.
struct TokenTrie: Sendable {
    /// The first is not used.
    let nodes: Table<TrieNode>
    let edges: Table<UInt32>
    /// The edge after two bytes, the first one higher.
    let beginnings: Table<UInt32>
    /// The tokens of single bytes. Every byte is one.
    let bytes: Table<UInt32>

    static let leaf: UInt32 = 1 << 31

    /// The longest token that begins at `start` and ends at `end` or before, and where it ends; zero if only the token knows.
    @inline(__always)
    func longest(in text: Text, from start: Int, to end: Int) -> (token: UInt32, end: Int) {
        let first = Int(text[start])
        guard start &+ 1 < end else { return (bytes[first], start &+ 1) }
        var edge = beginnings[first &<< 8 | Int(text[start &+ 1])]
        guard edge != 0 else { return (bytes[first], start &+ 1) }
        var offset = start &+ 2
        while edge & Self.leaf == 0 {
            let node = nodes[Int(edge)]
            edge = 0
            if offset < end, let index = node.edge(for: text[offset]) { edge = edges[index] }
            if edge == 0 {
                let back = node.tokenEnd
                return (node.token, back == TrieNode.farBack ? 0 : offset &- back)
            }
            offset &+= 1
        }
        return (edge ^ Self.leaf, offset)
    }
}
