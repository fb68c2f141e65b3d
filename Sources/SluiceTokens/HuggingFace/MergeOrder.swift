/// The tokens that merging makes, numbered in the order in which it makes them: first the single bytes, by their value.
///
/// A token is only ever made of the same two, since within it merging goes the same way wherever it stands. Other merges of the
/// file that have it as their result never happen, and are left out. So the numbers do what ranks do in tiktoken's encodings.
struct MergeOrder: ~Copyable {
    /// By number the token in the index.
    private(set) var tokens: [UInt32] = []
    /// By number what it is made of; twice itself for a byte.
    private(set) var parts: [(left: UInt32, right: UInt32)] = []
    /// By token in the index its number, or ``Token/none`` if merging never makes it.
    private(set) var numbers: [UInt32]
    /// Tokens of the index whose merge comes before what they are made of, so that they are made as soon as that is there. Where one
    /// could be, the order of these numbers is not that of merging.
    private(set) var irregular: [UInt32] = []
    private var table: MergeTableBuilder

    /// Nil where merging cannot be done in the order of numbers: when a byte has no token, or a merge stands there twice.
    init?(_ file: BytePairFile) {
        numbers = Array(repeating: Token.none, count: file.index.count)
        table = MergeTableBuilder(merges: file.merges.count)
        guard addBytes(file.index) else { return nil }
        var early: [PairMerge] = []
        for merge in file.merges {
            let (left, right) = (numbers[Int(merge.left)], numbers[Int(merge.right)])
            guard left != Token.none, right != Token.none else {
                early.append(merge)
                continue
            }
            let known = numbers[Int(merge.result)]
            if known != Token.none {
                if parts[Int(known)] == (left, right) { return nil }
            } else if stay(left, right) {
                add(merge.result, left, right)
                table.add(left, right, merged: numbers[Int(merge.result)])
            }
        }
        // It would happen as soon as both parts are there, if they ever stood side by side.
        for merge in early {
            let (left, right) = (numbers[Int(merge.left)], numbers[Int(merge.right)])
            guard left != Token.none, right != Token.none else { continue }
            if table.merged(left, right) != Token.none { return nil }
            if stay(left, right) { irregular.append(merge.result) }
        }
    }

    private mutating func addBytes(_ index: TokenIndex) -> Bool {
        let all = Array(UInt8.min...UInt8.max)
        // Safety: the text does not leave the closure.
        let found = all.withUnsafeBufferPointer { buffer in
            (0..<256).map { index.token(unsafe Text(buffer), from: $0, to: $0 + 1) }
        }
        guard !found.contains(Token.none) else { return false }
        for (byte, token) in found.enumerated() { add(token, UInt32(byte), UInt32(byte)) }
        return true
    }

    private mutating func add(_ token: UInt32, _ left: UInt32, _ right: UInt32) {
        numbers[Int(token)] = UInt32(tokens.count)
        tokens.append(token)
        parts.append((left, right))
    }

    private func stay(_ left: UInt32, _ right: UInt32) -> Bool {
        let parts = parts.span
        return Neighbours.stay(
            left, right, merged: { table.merged($0, $1) }, parts: { parts[Int($0)] })
    }
}
