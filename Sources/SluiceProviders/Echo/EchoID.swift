internal import Foundation

/// IDs and times as OpenAI's answers have them.
enum EchoID {
    private static let characters = Array(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
    private static let digits = Array("0123456789abcdef".utf8)

    /// The prefix and `length` random letters and digits: `chatcmpl-` has 29, `call_` 24.
    static func make(_ prefix: String, length: Int = 29) -> String {
        prefix + random(characters, length)
    }

    /// The prefix and 50 hexadecimal digits, as the responses API makes them.
    static func hexadecimal(_ prefix: String) -> String {
        prefix + random(digits, 50)
    }

    private static func random(_ alphabet: [UInt8], _ length: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<length).map { _ in
            alphabet[Int(generator.next(upperBound: UInt(alphabet.count)))]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Seconds since 1970.
    static func now() -> Int { Int(Date().timeIntervalSince1970) }

    static let fingerprint = "fp_5e1ce0ec40"
}
