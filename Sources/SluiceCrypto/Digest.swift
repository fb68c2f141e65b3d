/// A SHA-256 digest.
///
/// Two are compared in constant time, so that nobody learns from the time how far a guess was right.
package struct Digest: Sendable, Hashable {
    private let a: UInt64
    private let b: UInt64
    private let c: UInt64
    private let d: UInt64

    init(_ words: (UInt64, UInt64, UInt64, UInt64)) {
        (a, b, c, d) = words
    }

    /// Reads 64 hexadecimal digits.
    package init?(hexadecimal text: some StringProtocol) {
        let digits = text.utf8.compactMap { Hexadecimal.value($0) }
        guard digits.count == 64, text.utf8.count == 64 else { return nil }
        let words = stride(from: 0, to: 64, by: 16).map { start in
            digits[start..<start + 16].reduce(UInt64(0)) { $0 << 4 | UInt64($1) }
        }
        self.init((words[0], words[1], words[2], words[3]))
    }

    /// 64 digits.
    package var hexadecimal: String {
        [a, b, c, d].map(Hexadecimal.text).joined()
    }

    package static func == (left: Digest, right: Digest) -> Bool {
        (left.a ^ right.a) | (left.b ^ right.b) | (left.c ^ right.c) | (left.d ^ right.d) == 0
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(a)
        hasher.combine(b)
    }
}

enum Hexadecimal {
    static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// 16 digits.
    static func text(_ word: UInt64) -> String {
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
