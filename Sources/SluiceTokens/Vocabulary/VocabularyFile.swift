internal import CSluiceVocabularies

/// A vocabulary as `scripts/vocabularies.py` packs it: tokens in the order of their bytes, in columns.
struct VocabularyFile {
    /// The number of tokens.
    let count: Int
    /// One more than the highest id; there may be gaps below.
    let idLimit: Int
    /// How many bytes a token shares with the one before it.
    let shared: Table<UInt8>
    /// How many bytes it adds to them.
    let added: Table<UInt8>
    /// How long the left part is that it was last merged of; zero if merging never makes it.
    let splits: Table<UInt8>
    /// The id in the lower and the id of the right part in the upper twenty bits of five bytes.
    private let ids: Table<UInt8>
    /// The added bytes of all tokens.
    let bytes: Table<UInt8>

    /// - Precondition: the resource has that form. It is a part of the program.
    init(_ resource: sluice_resource) {
        let all = unsafe Table(constant: resource.bytes, count: resource.count)
        let number = { (start: Int) in
            (0..<4).reduce(0) { $0 | Int(all[start + $1]) << (8 * $1) }
        }
        let count = number(8)
        let column = { all.slice(from: 20 + $0 * count, count: $1 * count) }
        self.count = count
        idLimit = number(12)
        shared = column(0, 1)
        added = column(1, 1)
        splits = column(2, 1)
        ids = column(3, 5)
        bytes = all.slice(from: 20 + 8 * count, count: number(16))
        precondition(20 + 8 * count + bytes.count == all.count && idLimit < 1 << Token.bits)
    }

    @inline(__always)
    func id(_ index: Int) -> UInt32 {
        let start = 5 &* index
        return UInt32(ids[start]) | UInt32(ids[start &+ 1]) &<< 8
            | (UInt32(ids[start &+ 2]) & 0x0F) &<< 16
    }

    /// The right part that the token was last merged of, if it was.
    @inline(__always)
    func right(_ index: Int) -> UInt32 {
        let start = 5 &* index
        return UInt32(ids[start &+ 2]) &>> 4 | UInt32(ids[start &+ 3]) &<< 4
            | UInt32(ids[start &+ 4]) &<< 12
    }
}
