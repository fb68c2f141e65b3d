extension PieceTrie {
    /// Takes pieces that are places of `bytes`.
    ///
    /// - Throws: ``UnusableTokenizer`` if two have the same text.
    init(
        _ pieces: [(place: Range<Int>, value: UInt32)], of bytes: [UInt8]
    ) throws(UnusableTokenizer) {
        var builder = try PieceTrieBuilder(pieces, of: bytes)
        self = builder.build()
    }
}

/// Makes a ``PieceTrie``.
struct PieceTrieBuilder {
    private typealias Unit = PieceTrie.Unit

    /// A node, and the pieces below it: those with the first `depth` bytes.
    private struct Branch {
        var node: UInt32
        var pieces: Range<Int>
        var depth: Int
    }

    private let bytes: [UInt8]
    private let pieces: [(place: Range<Int>, value: UInt32)]
    private var units: [Unit] = []
    /// A bit for each unit that is free, in words of 64.
    private var free: [UInt64] = []
    /// Blocks before it are full, or nearly.
    private var firstOpen = 0

    /// So many blocks are tried for a place.
    private static let openLimit = 16

    /// Takes pieces that are places of `bytes`.
    init(
        _ pieces: [(place: Range<Int>, value: UInt32)], of bytes: [UInt8]
    ) throws(UnusableTokenizer) {
        self.bytes = bytes
        self.pieces = pieces.sorted { bytes[$0.place].lexicographicallyPrecedes(bytes[$1.place]) }
        for (one, other) in zip(self.pieces, self.pieces.dropFirst())
        where bytes[one.place] == bytes[other.place] {
            throw .model("two pieces have the same text")
        }
    }

    mutating func build() -> PieceTrie {
        addBlock()
        take(0)
        var branches = [Branch(node: 0, pieces: pieces.indices, depth: 0)]
        while let branch = branches.popLast() { spread(branch, into: &branches) }
        return PieceTrie(units: units, isEmpty: pieces.isEmpty)
    }

    private mutating func spread(_ branch: Branch, into branches: inout [Branch]) {
        var (labels, starts) = ([UInt8](), [Int]())
        for index in branch.pieces {
            let place = pieces[index].place
            guard branch.depth < place.count else {
                // The shortest comes first, and is the node itself.
                units[Int(branch.node)].value = pieces[index].value
                continue
            }
            let label = bytes[place.lowerBound + branch.depth]
            if labels.last != label {
                labels.append(label)
                starts.append(index)
            }
        }
        guard let first = labels.first else { return }
        let base = place(for: labels, first: first)
        units[Int(branch.node)].base = base
        for (index, label) in labels.enumerated() {
            let child = base ^ UInt32(label)
            take(Int(child))
            units[Int(child)].parent = branch.node
            let end = index + 1 < starts.count ? starts[index + 1] : branch.pieces.upperBound
            branches.append(
                Branch(node: child, pieces: starts[index]..<end, depth: branch.depth + 1))
        }
    }

    /// A base with which all labels find free units.
    private mutating func place(for labels: [UInt8], first: UInt8) -> UInt32 {
        for block in firstOpen..<units.count / 256 {
            for word in block * 4..<block * 4 + 4 {
                var candidates = free[word]
                while candidates != 0 {
                    let unit = UInt32(word * 64 + candidates.trailingZeroBitCount)
                    candidates &= candidates - 1
                    let base = unit ^ UInt32(first)
                    if labels.allSatisfy({ isFree(Int(base ^ UInt32($0))) }) { return base }
                }
            }
        }
        addBlock()
        return UInt32(units.count - 256) ^ UInt32(first)
    }

    private func isFree(_ unit: Int) -> Bool { free[unit >> 6] >> UInt64(unit & 63) & 1 != 0 }

    private mutating func take(_ unit: Int) { free[unit >> 6] &= ~(1 << UInt64(unit & 63)) }

    private mutating func addBlock() {
        units += repeatElement(Unit(), count: 256)
        free += repeatElement(.max, count: 4)
        firstOpen = max(firstOpen, units.count / 256 - Self.openLimit)
    }
}
