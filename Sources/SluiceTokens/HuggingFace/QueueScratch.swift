/// Memory for ``QueueMerging``: the symbols of a piece as a list, and the merges that they allow, the best one first.
struct QueueScratch {
    private struct Node {
        var token: UInt32
        var previous: Int32
        /// -1 at the end.
        var next: Int32
        var isLive = true
    }

    private var nodes: [Node] = []
    /// A heap; ranks stand in the upper bits, and positions below them, as the left one goes first among equals.
    private var heap: [UInt64] = []
    private static let positionBits: UInt64 = 32

    var count: Int { nodes.count }
    func token(_ position: Int) -> UInt32 { nodes[position].token }
    func isLive(_ position: Int) -> Bool { nodes[position].isLive }

    func next(_ position: Int) -> Int? {
        let next = nodes[position].next
        return next < 0 ? nil : Int(next)
    }

    func previous(_ position: Int) -> Int? {
        let previous = nodes[position].previous
        return previous < 0 ? nil : Int(previous)
    }

    mutating func clear() {
        nodes.removeAll(keepingCapacity: true)
        heap.removeAll(keepingCapacity: true)
    }

    mutating func append(_ token: UInt32) {
        let position = nodes.count
        if position > 0 { nodes[position - 1].next = Int32(position) }
        nodes.append(Node(token: token, previous: Int32(position - 1), next: -1))
    }

    /// The left one becomes the result, the right one nothing.
    mutating func merge(_ left: Int, _ right: Int, into token: UInt32) {
        nodes[left].token = token
        let next = nodes[right].next
        nodes[left].next = next
        nodes[right].isLive = false
        nodes[right].next = -1
        if next >= 0 { nodes[Int(next)].previous = Int32(left) }
    }

    /// Leaves only what is live.
    mutating func compact() { nodes.removeAll { !$0.isLive } }

    mutating func queue(_ rank: Int, _ position: Int) {
        heap.append(UInt64(rank) << Self.positionBits | UInt64(position))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child] < heap[parent] else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    mutating func takeFirst() -> (rank: Int, position: Int)? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        return (
            Int(first >> Self.positionBits), Int(first & (1 << Self.positionBits - 1))
        )
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < heap.count else { return }
            if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
            guard heap[child] < heap[parent] else { return }
            heap.swapAt(child, parent)
            parent = child
        }
    }
}
