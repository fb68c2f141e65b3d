import SluiceCore
import SluiceWire

/// Reads the `usage` member near the end of a document in place, where everything from there on is spelled as providers do.
///
/// It checks the grammar of all that it passes and gives up on whatever is unusual (escapes, fractions where a count should be, arrays,
/// deeper nesting, text beyond ASCII), so that what it does find is what reading the whole document would find.
struct UsageScan {
    private var position: Int
    private var counts = UsageCounts()

    /// What one scalar says.
    private enum Scalar {
        case integer(Int)
        /// Nothing that could be counted.
        case other
        /// A number that is whole or not.
        case fraction
    }

    /// - Parameter name: where the member's name begins, quote included.
    static func usage(in bytes: Span<UInt8>, at name: Int) -> TokenUsage? {
        var scan = UsageScan(position: name)
        guard scan.name(bytes) != nil, scan.take(UInt8(ascii: "{"), bytes), scan.object(bytes),
            scan.rest(bytes)
        else { return nil }
        return scan.counts.usage
    }

    private init(position: Int) {
        self.position = position
    }

    /// The members of the usage object, whose bracket is open.
    private mutating func object(_ bytes: Span<UInt8>) -> Bool {
        if take(UInt8(ascii: "}"), bytes) { return true }
        repeat {
            guard let range = name(bytes) else { return false }
            let name = UsageName(bytes.extracting(range))
            if take(UInt8(ascii: "{"), bytes) {
                guard details(bytes, of: name) else { return false }
            } else {
                guard let scalar = scalar(bytes) else { return false }
                guard let name else { continue }
                // Details that are no object have no members.
                guard note(scalar, as: name, isCounted: name.detail == nil) else { return false }
            }
        } while take(UInt8(ascii: ","), bytes)
        return take(UInt8(ascii: "}"), bytes)
    }

    /// The members of an object inside it.
    private mutating func details(_ bytes: Span<UInt8>, of parent: UsageName?) -> Bool {
        if let parent { counts.set(parent, nil) }
        if take(UInt8(ascii: "}"), bytes) { return true }
        repeat {
            guard let range = name(bytes), let scalar = scalar(bytes) else { return false }
            guard let parent, let detail = parent.detail,
                range.count == detail.utf8CodeUnitCount,
                bytes.hasText(detail, at: range.lowerBound)
            else { continue }
            guard note(scalar, as: parent, isCounted: true) else { return false }
        } while take(UInt8(ascii: ","), bytes)
        return take(UInt8(ascii: "}"), bytes)
    }

    /// What follows the usage: it is a member of the outermost object only if the document ends with that.
    private mutating func rest(_ bytes: Span<UInt8>) -> Bool {
        while take(UInt8(ascii: ","), bytes) {
            guard name(bytes) != nil, scalar(bytes) != nil else { return false }
        }
        guard take(UInt8(ascii: "}"), bytes) else { return false }
        return next(bytes) == nil
    }

    private mutating func note(_ scalar: Scalar, as name: UsageName, isCounted: Bool) -> Bool {
        switch scalar {
        case .integer(let count): counts.set(name, isCounted ? count : nil)
        case .other: counts.set(name, nil)
        case .fraction: return false
        }
        return true
    }
}

// MARK: Tokens

extension UsageScan {
    /// The next byte that is no space, which it moves to.
    @inline(__always)
    private mutating func next(_ bytes: Span<UInt8>) -> UInt8? {
        while position < bytes.count {
            let byte = bytes[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
            position &+= 1
        }
        return nil
    }

    @inline(__always)
    private mutating func take(_ wanted: UInt8, _ bytes: Span<UInt8>) -> Bool {
        guard next(bytes) == wanted else { return false }
        position &+= 1
        return true
    }

    /// A string and the colon behind it; gives the inside of the string.
    @inline(__always)
    private mutating func name(_ bytes: Span<UInt8>) -> Range<Int>? {
        guard let inside = string(bytes), take(UInt8(ascii: ":"), bytes) else { return nil }
        return inside
    }

    @inline(__always)
    private mutating func string(_ bytes: Span<UInt8>) -> Range<Int>? {
        guard take(UInt8(ascii: "\""), bytes) else { return nil }
        let start = position
        let end = bytes.firstUnusual(from: start)
        guard end < bytes.count, bytes[end] == UInt8(ascii: "\"") else { return nil }
        position = end &+ 1
        return start..<end
    }

    @inline(__always)
    private mutating func scalar(_ bytes: Span<UInt8>) -> Scalar? {
        guard let byte = next(bytes) else { return nil }
        return switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): number(bytes)
        case UInt8(ascii: "\""): string(bytes).map { _ in .other }
        case UInt8(ascii: "n"): literal("null", bytes)
        case UInt8(ascii: "t"): literal("true", bytes)
        case UInt8(ascii: "f"): literal("false", bytes)
        default: nil
        }
    }

    private mutating func literal(_ text: StaticString, _ bytes: Span<UInt8>) -> Scalar? {
        guard bytes.hasText(text, at: position) else { return nil }
        position &+= text.utf8CodeUnitCount
        return .other
    }

    /// A number of at most eighteen digits, so that it fits. A leading zero or an exponent is left to the parser.
    @inline(__always)
    private mutating func number(_ bytes: Span<UInt8>) -> Scalar? {
        let start = position
        var number = 0
        while let digit = digit(bytes) { number = number &* 10 &+ digit }
        let count = position &- start
        guard count <= 18, count == 1 || bytes[start] != UInt8(ascii: "0") else { return nil }
        guard position < bytes.count else { return nil }
        if bytes[position] == UInt8(ascii: ".") {
            position &+= 1
            guard digit(bytes) != nil else { return nil }
            while digit(bytes) != nil {}
            return .fraction
        }
        return .integer(number)
    }

    @inline(__always)
    private mutating func digit(_ bytes: Span<UInt8>) -> Int? {
        guard position < bytes.count, bytes[position] &- 0x30 < 10 else { return nil }
        position &+= 1
        return Int(bytes[position &- 1] &- 0x30)
    }
}

extension Span<UInt8> {
    /// The first offset from `start` on of a quote, a backslash, a control character or a byte beyond ASCII. Eight bytes are looked at
    /// together; a borrow can only raise flags above the first true one.
    @inline(__always)
    fileprivate func firstUnusual(from start: Int) -> Int {
        var offset = start
        let raw = bytes
        while offset &+ 8 <= count {
            // Safety: eight bytes from offset on lie inside the span.
            let word = unsafe raw.unsafeLoadUnaligned(
                fromUncheckedByteOffset: offset, as: UInt64.self)
            let quote = word ^ 0x2222_2222_2222_2222
            let backslash = word ^ 0x5C5C_5C5C_5C5C_5C5C
            let flags =
                (word
                    | ((word &- 0x2020_2020_2020_2020) & ~word)
                    | ((quote &- 0x0101_0101_0101_0101) & ~quote)
                    | ((backslash &- 0x0101_0101_0101_0101) & ~backslash))
                & 0x8080_8080_8080_8080
            if flags != 0 { return offset &+ flags.littleEndian.trailingZeroBitCount >> 3 }
            offset &+= 8
        }
        while offset < count {
            let byte = self[offset]
            if byte < 0x20 || byte >= 0x80 || byte == 0x22 || byte == 0x5C { break }
            offset &+= 1
        }
        return offset
    }
}
