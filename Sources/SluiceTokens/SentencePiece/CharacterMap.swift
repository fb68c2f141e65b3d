/// The rules that a model has for characters, such as those of NFKC: a double array of the texts that are replaced, and what they
/// are replaced by.
///
/// It comes from a file, so every index is checked when it is used.
struct CharacterMap {
    private let units: [UInt32]
    /// What texts are replaced by, each with a zero behind it.
    private let replacements: [UInt8]
    /// A bit for every two bytes that a rule begins with or, if it has only one, may begin with.
    private var beginnings = [UInt64](repeating: 0, count: 65536 / 64)

    /// Of several rules that a text begins with, no more are looked at.
    private static let rulesLimit = 32

    init(_ bytes: ArraySlice<UInt8>) throws(UnusableTokenizer) {
        guard bytes.count > 4 else { throw Self.malformed }
        let size = Int(Self.word(bytes.prefix(4)))
        let rest = bytes.dropFirst(4)
        guard size < rest.count, size >= 4, size % 4 == 0 else { throw Self.malformed }
        units = stride(from: rest.startIndex, to: rest.startIndex + size, by: 4).map {
            Self.word(rest[$0..<$0 + 4])
        }
        replacements = Array(rest.dropFirst(size))
        for first in UInt8.min...UInt8.max {
            guard let node = child(of: root, first) else { continue }
            let isRule = value(of: node) != nil
            for second in UInt8.min...UInt8.max where isRule || child(of: node, second) != nil {
                let pair = Int(first) << 8 | Int(second)
                beginnings[pair >> 6] |= 1 << UInt64(pair & 63)
            }
        }
    }

    /// The longest rule for the text from `start` on: how many bytes it replaces, and by which.
    @inline(__always)
    func rule(for text: Text, from start: Int) -> (length: Int, replacement: Range<Int>)? {
        if start &+ 1 < text.count {
            let pair = Int(text[start]) &<< 8 | Int(text[start &+ 1])
            guard beginnings[pair &>> 6] &>> UInt64(pair & 63) & 1 != 0 else { return nil }
        }
        return longestRule(for: text, from: start)
    }

    private func longestRule(
        for text: Text, from start: Int
    ) -> (length: Int, replacement: Range<Int>)? {
        var (node, rules) = (root, 0)
        var longest: (length: Int, value: Int)?
        for offset in start..<text.count {
            guard let next = child(of: node, text[offset]) else { break }
            node = next
            guard let value = value(of: node) else { continue }
            longest = (offset + 1 - start, value)
            rules += 1
            if rules == Self.rulesLimit { break }
        }
        guard let longest, longest.value < replacements.count else { return nil }
        let end = replacements[longest.value...].firstIndex(of: 0) ?? replacements.endIndex
        return (longest.length, longest.value..<end)
    }

    @inline(__always)
    func replacement(_ index: Int) -> UInt8 { replacements[index] }

    private var root: Int { 0 }

    /// A unit's low byte is its label, bit 8 says that a rule ends there, and the rest is where its children are.
    private func child(of node: Int, _ byte: UInt8) -> Int? {
        let index = node ^ Self.offset(units[node]) ^ Int(byte)
        guard index < units.count, units[index] & (1 << 31 | 0xFF) == UInt32(byte) else {
            return nil
        }
        return index
    }

    private func value(of node: Int) -> Int? {
        guard units[node] >> 8 & 1 == 1 else { return nil }
        let index = node ^ Self.offset(units[node])
        return index < units.count ? Int(units[index] & 0x7FFF_FFFF) : nil
    }

    private static func offset(_ unit: UInt32) -> Int {
        Int(unit >> 10) << Int((unit & 1 << 9) >> 6)
    }

    private static func word(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    private static let malformed = UnusableTokenizer.model(
        "its rules for characters are malformed")
}
