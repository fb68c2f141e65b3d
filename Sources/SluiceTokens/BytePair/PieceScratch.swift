/// Memory for splitting one piece after another, as large as the largest needed.
struct PieceScratch: ~Copyable {
    /// The tokens found so far.
    private var tokens = UnsafeMutableBufferPointer<UInt32>(start: nil, count: 0)
    /// A bit for each offset of the piece; cleared where no token may end.
    private var ends = UnsafeMutableBufferPointer<UInt64>(start: nil, count: 0)
    private var length = 0
    /// Few pieces have a forbidden end; in the others `ends` means nothing.
    private var hasForbidden = false

    init() {}

    deinit {
        unsafe tokens.deallocate()
        unsafe ends.deallocate()
    }

    /// Makes room for a piece of `length` bytes, which may end anywhere.
    mutating func prepare(for length: Int) {
        hasForbidden = false
        self.length = length
        guard unsafe tokens.count < length else { return }
        let count = max(length, 2 * tokens.count, 256)
        unsafe tokens.deallocate()
        unsafe ends.deallocate()
        unsafe tokens = .allocate(capacity: count)
        unsafe ends = .allocate(capacity: count / 64 + 1)
    }

    @inline(__always)
    func mayEnd(at offset: Int) -> Bool {
        guard hasForbidden else { return true }
        // Safety: offsets are at most the length that was prepared for.
        return unsafe ends[offset &>> 6] &>> UInt64(truncatingIfNeeded: offset & 63) & 1 != 0
    }

    mutating func forbidEnd(at offset: Int) {
        if !hasForbidden {
            // Safety: there are as many words as a piece of tokens.count bytes needs.
            for index in 0...length / 64 { unsafe ends[index] = .max }
            hasForbidden = true
        }
        // Safety: as above.
        unsafe ends[offset &>> 6] &= ~(1 &<< UInt64(truncatingIfNeeded: offset & 63))
    }

    /// The token number `index`; there are at most as many as the piece has bytes.
    subscript(index: Int) -> UInt32 {
        @inline(__always) get {
            // Safety: every token has a byte of the piece, so the index is below the length that was prepared for.
            unsafe tokens[index]
        }
        @inline(__always) set {
            // Safety: as above.
            unsafe tokens[index] = newValue
        }
    }
}
