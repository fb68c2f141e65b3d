/// Knows, line after line, whether the next line begins inside a value: a list or a string of several lines.
struct LineScanner {
    private var depth = 0
    /// The quote character of a `"""` or `'''` string that is open.
    private var openString: UInt8?
    private var skipped = 0
    /// The most dots between two brackets, commas or equals signs of the line scanned last, outside strings.
    var dots = 0
    /// Whether a date stands there outside strings with a `T` and no time behind it.
    private(set) var hasBrokenDate = false
    /// Whether a `}` stands there where a list has begun or goes on.
    private(set) var hasStrayBrace = false
    /// The last byte outside strings that is no blank, of this line or one before it.
    private var last: UInt8 = 0

    var isInsideValue: Bool { depth > 0 || openString != nil }

    /// Leaves out the first bytes of the next line scanned.
    mutating func skip(to index: Int) {
        skipped = index
    }

    mutating func scan(_ line: [UInt8], from start: Int) {
        var index = max(start, skipped)
        skipped = 0
        dots = 0
        hasBrokenDate = false
        hasStrayBrace = false
        var run = 0
        while index < line.count {
            if let quote = openString {
                index = closeString(line, index, quote)
                continue
            }
            let (byte, before) = (line[index], last)
            if byte == UInt8(ascii: "#") { return }
            if byte > 0x20 { last = byte }
            switch byte {
            case UInt8(ascii: "}") where before == UInt8(ascii: ",") || before == UInt8(ascii: "["):
                hasStrayBrace = true
                depth = max(0, depth - 1)
            case UInt8(ascii: "."):
                run += 1
                dots = max(dots, run)
            case UInt8(ascii: ","), UInt8(ascii: "="):
                run = 0
            case UInt8(ascii: "T"), UInt8(ascii: "t"):
                if Self.endsDate(line, at: index) { hasBrokenDate = true }
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                run = 0
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                depth = max(0, depth - 1)
                run = 0
            case let quote where quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"):
                if line[index...].starts(with: [quote, quote, quote]) {
                    openString = quote
                    index += 3
                    continue
                }
                index = Self.endOfString(line, index + 1, quote)
            default:
                break
            }
            index += 1
        }
    }

    /// Looks for the end of a string of several lines; returns where to go on.
    private mutating func closeString(_ line: [UInt8], _ start: Int, _ quote: UInt8) -> Int {
        var index = start
        while index < line.count {
            if quote == UInt8(ascii: "\""), line[index] == UInt8(ascii: "\\") {
                index += 2
            } else if line[index...].starts(with: [quote, quote, quote]) {
                openString = nil
                index += 3
                // Up to two quotes may stand directly before the closing three.
                while index < line.count, line[index] == quote { index += 1 }
                return index
            } else {
                index += 1
            }
        }
        return line.count
    }

    private static func endOfString(_ line: [UInt8], _ start: Int, _ quote: UInt8) -> Int {
        var index = start
        while index < line.count, line[index] != quote {
            let escapes = quote == UInt8(ascii: "\"") && line[index] == UInt8(ascii: "\\")
            index += escapes ? 2 : 1
        }
        return index
    }

    /// Whether the letter at an index follows `0000-00-00` and no digit follows it.
    private static func endsDate(_ line: [UInt8], at index: Int) -> Bool {
        let isDigit = { (byte: UInt8) in byte &- 0x30 < 10 }
        guard index >= 10, !(index + 1 < line.count && isDigit(line[index + 1])) else {
            return false
        }
        return zip(line[(index - 10)..<index], "0000-00-00".utf8).allSatisfy { byte, pattern in
            pattern == UInt8(ascii: "-") ? byte == pattern : isDigit(byte)
        }
    }
}
