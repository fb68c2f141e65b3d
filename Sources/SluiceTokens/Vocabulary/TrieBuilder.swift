/// Makes the trie of tokens that come in the order of their bytes.
struct TrieBuilder: ~Copyable {
    private struct Step: BitwiseCopyable, Sendable {
        var byte: UInt8
        /// The token that ends here, if there is one that merging makes.
        var token: UInt32
        /// The longest token up to here, this one included.
        var longest: UInt32
        /// How many bytes before this step it ends.
        var longestEnd: Int
        /// The edges that go from here begin there in `pending`.
        var firstEdge: Int
    }

    private struct Edge: BitwiseCopyable, Sendable {
        var byte: UInt8
        var edge: UInt32
    }

    /// Whether there were more edges than nodes can tell apart, as no vocabulary has that was trained. The trie is of no use then.
    private(set) var isFull = false
    private var nodes: TableBuilder<TrieNode>
    private var edges: TableBuilder<UInt32>
    private var beginnings = TableBuilder<UInt32>(repeating: 0, count: 1 << 16)
    private var bytes = TableBuilder<UInt32>(repeating: Token.none, count: 256)
    /// By length, the beginnings of the token that came last.
    private var path = TableBuilder<Step>(
        repeating: Step(
            byte: 0, token: Token.none, longest: Token.none, longestEnd: 0, firstEdge: 0),
        count: 257)
    private var depth = 0
    /// The edges of the steps of `path`, of the deepest step last.
    private var pending = TableBuilder<Edge>(capacity: 4096)

    init(tokens: Int) {
        nodes = TableBuilder(capacity: 2 * tokens)
        edges = TableBuilder(capacity: 8 * tokens)
        nodes.append(TrieNode(edges: 0, token: 0, tokenEnd: 0, lowest: 0, more: 0))
    }

    /// Goes back to the first `shared` bytes of the token that came last.
    mutating func keep(_ shared: Int) {
        while depth > shared { close() }
    }

    /// Goes on by one byte, with `token` ending there, or ``Token/none``.
    @inline(__always)
    mutating func add(_ byte: UInt8, token: UInt32) {
        let above = path[depth]
        if depth == 0 { bytes[Int(byte)] = token }
        depth += 1
        path[depth] = Step(
            byte: byte, token: token, longest: token == Token.none ? above.longest : token,
            longestEnd: token == Token.none ? above.longestEnd + 1 : 0, firstEdge: pending.count)
    }

    /// The longest token that the current one begins with, itself left out, or ``Token/none``.
    var prefix: UInt32 { path[depth - 1].longest }

    /// The token of the first `length` bytes of the current one.
    func token(ofLength length: Int) -> UInt32 { path[length].token }

    consuming func finish() -> TokenTrie {
        keep(0)
        return TokenTrie(
            nodes: nodes.finish(), edges: edges.finish(), beginnings: beginnings.finish(),
            bytes: bytes.finish())
    }

    private mutating func close() {
        let step = path[depth]
        depth -= 1
        let edge: UInt32
        if step.firstEdge < pending.count {
            edge = UInt32(nodes.count)
            makeNode(of: step)
        } else {
            // What merging never makes leads nowhere.
            guard step.token != Token.none else { return }
            edge = step.token | TokenTrie.leaf
        }
        switch depth {
        case 0: break
        case 1: beginnings[Int(path[1].byte) << 8 | Int(step.byte)] = edge
        default: pending.append(Edge(byte: step.byte, edge: edge))
        }
    }

    private mutating func makeNode(of step: Step) {
        isFull = isFull || edges.count > TrieNode.mostEdges - 256
        if isFull { return pending.removeLast(pending.count - step.firstEdge) }
        let (start, lowest) = (edges.count, pending[step.firstEdge].byte)
        var highest = lowest
        for index in step.firstEdge..<pending.count {
            let next = pending[index]
            // Bytes between two edges have none.
            while highest &+ 1 < next.byte {
                edges.append(0)
                highest &+= 1
            }
            edges.append(next.edge)
            highest = next.byte
        }
        pending.removeLast(pending.count - step.firstEdge)
        nodes.append(
            TrieNode(
                edges: start, token: step.longest, tokenEnd: step.longestEnd, lowest: lowest,
                more: highest - lowest))
    }
}
