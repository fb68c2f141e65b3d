/// Bytes that nobody can guess.
package enum RandomBytes {
    /// From the system's generator, which is made for keys.
    package static func make(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    /// Digits and small letters, five random bits each: no two of them are easily taken for one another in a URL, a shell or a form.
    package static func text(_ count: Int) -> String {
        String(decoding: make(count).map { alphabet[Int($0 & 31)] }, as: UTF8.self)
    }

    private static let alphabet = Array("0123456789abcdefghijklmnopqrstuv".utf8)
}
