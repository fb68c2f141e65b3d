/// Ways to cut an input into pieces. They depend on the input alone, so that a finding can be repeated.
struct Pieces {
    /// For each way the offsets where its pieces end.
    let ways: [[Int]]

    /// The longest input that is cut after each byte, which costs the square of its length.
    private static let byteWise = 512

    /// - Parameter input: what is to be cut.
    init(of input: [UInt8]) {
        let count = input.count
        var generator = SeededGenerator(input)
        var ways = [[count]]
        if (2...Self.byteWise).contains(count) { ways.append(Array(1...count)) }
        if count > 1 {
            for _ in 0..<3 { ways.append([Int.random(in: 1..<count, using: &generator), count]) }
            for longest in [4, max(4, count / 3)] {
                var ends: [Int] = []
                var end = 0
                while end < count {
                    end = min(count, end + Int.random(in: 1...longest, using: &generator))
                    ends.append(end)
                }
                ways.append(ends)
            }
        }
        self.ways = ways
    }
}

/// Lends a copy of bytes that has its memory for itself, so that the sanitizer sees a read of one byte too many.
func withExactCopy<Result>(
    of bytes: ArraySlice<UInt8>, _ use: (Span<UInt8>) -> Result
) -> Result {
    let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
    defer { memory.deallocate() }
    _ = memory.initialize(from: bytes)
    return use(UnsafeBufferPointer(memory).span)
}

/// Numbers that depend on an input alone (SplitMix64, seeded by FNV-1a).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(_ input: [UInt8]) {
        state = input.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
