/// Finds added tokens in a text from left to right, the longest one where several begin.
struct AddedTokenFinder: Sendable {
    private struct Node: Sendable {
        var byte: UInt8
        /// The index of the token that ends here, or -1.
        var token: Int32 = -1
        /// Zero: none. No node goes on with the root.
        var child: Int32 = 0
        var sibling: Int32 = 0
    }

    /// A part of the text: an added token, or what is between two.
    struct Part {
        var range: Range<Int>
        var id: UInt32?
    }

    private let tokens: [AddedToken]
    private var nodes = [Node(byte: 0)]
    /// By byte whether a token begins with it.
    private var beginnings = [Bool](repeating: false, count: 256)

    /// Nil where nothing is looked for: special tokens are ordinary text, and only hide others that begin in them.
    init?(_ tokens: [AddedToken], contents: [[UInt8]]) {
        guard tokens.contains(where: { !$0.isSpecial }) else { return nil }
        self.tokens = tokens
        for (number, content) in contents.enumerated() where !content.isEmpty {
            add(content, Int32(number))
        }
    }

    private mutating func add(_ content: [UInt8], _ token: Int32) {
        beginnings[Int(content[0])] = true
        var node = 0
        for byte in content {
            if let child = child(of: node, byte) {
                node = child
            } else {
                nodes.append(Node(byte: byte, sibling: nodes[node].child))
                nodes[node].child = Int32(nodes.count - 1)
                node = nodes.count - 1
            }
        }
        // The first of several that are the same.
        if nodes[node].token < 0 { nodes[node].token = token }
    }

    private func child(of node: Int, _ byte: UInt8) -> Int? {
        var child = Int(nodes[node].child)
        while child != 0 {
            if nodes[child].byte == byte { return child }
            child = Int(nodes[child].sibling)
        }
        return nil
    }

    /// Gives the parts of a text in order; together they are the text, but where a token takes spaces that another one took.
    func forEachPart(of text: Text, _ body: (Part) -> Void) {
        var (offset, start) = (0, 0)
        // What was found to be white space last.
        var spaces = 0..<0
        while offset < text.count {
            guard beginnings[Int(text[offset])], let (token, end) = longest(text, from: offset)
            else {
                offset += 1
                continue
            }
            let begin = offset
            offset = end
            guard !token.isSpecial, !token.isSingleWord || isWord(text, begin..<end) else {
                continue
            }
            let first =
                token.takesSpaceBefore
                ? Scalars.spaceStart(in: text, before: begin, notBefore: start) : begin
            if start < first { body(Part(range: start..<first)) }
            if token.takesSpaceAfter, end < spaces.lowerBound || end >= spaces.upperBound {
                spaces = end..<Scalars.spaceEnd(in: text, from: end)
            }
            start = token.takesSpaceAfter ? spaces.upperBound : end
            // What the token before has taken is no token again.
            if first < start { body(Part(range: first..<start, id: token.id)) }
        }
        if start < text.count { body(Part(range: start..<text.count)) }
    }

    private func longest(_ text: Text, from start: Int) -> (token: AddedToken, end: Int)? {
        var (node, offset, found) = (0, start, (token: Int32(-1), end: start))
        while offset < text.count, let child = child(of: node, text[offset]) {
            node = child
            offset += 1
            if nodes[node].token >= 0 { found = (nodes[node].token, offset) }
        }
        return found.token < 0 ? nil : (tokens[Int(found.token)], found.end)
    }

    private func isWord(_ text: Text, _ range: Range<Int>) -> Bool {
        let before = Scalars.last(in: text, before: range.lowerBound)
        let after = Scalars.first(in: text, from: range.upperBound)
        return !(before.map { Scalars.isWord($0.scalar) } ?? false)
            && !(after.map { Scalars.isWord($0.scalar) } ?? false)
    }
}
