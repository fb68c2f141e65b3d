/// Appends the parts of a message to bytes that are about to be sent.
///
/// Nothing that goes through it can break out of its line: control characters in values become
/// spaces (RFC 9110 section 5.5), and fields whose name is no token are left out.
public enum MessageWriter {
    /// Appends `METHOD target HTTP/1.1` and a line end.
    ///
    /// - Parameters:
    ///   - method: the method.
    ///   - target: path and query; a byte that may not stand in a target is percent-encoded.
    ///   - out: where to append.
    public static func requestLine(
        method: HTTPMethod, target: String, into out: inout [UInt8]
    ) {
        out.append(contentsOf: method.name.utf8)
        out.append(Byte.space)
        for byte in target.utf8 {
            if byte > Byte.space, byte < 0x7F {
                out.append(byte)
            } else {
                out.append(0x25)
                out.append(hexDigit(byte >> 4))
                out.append(hexDigit(byte & 15))
            }
        }
        out.append(contentsOf: " HTTP/1.1\r\n".utf8)
    }

    /// Appends `HTTP/1.1 status reason` and a line end.
    public static func statusLine(_ status: Int, into out: inout [UInt8]) {
        out.append(contentsOf: "HTTP/1.1 ".utf8)
        number(status, into: &out)
        out.append(Byte.space)
        out.append(contentsOf: StatusReason.phrase(of: status).utf8)
        lineEnd(into: &out)
    }

    /// Appends a field with a value of text.
    public static func field(name: String, value: String, into out: inout [UInt8]) {
        guard fieldName(name, into: &out) else { return }
        self.value(value, into: &out)
        lineEnd(into: &out)
    }

    /// Appends a field with a number, as `content-length` has.
    public static func field(name: String, value: Int, into out: inout [UInt8]) {
        guard fieldName(name, into: &out) else { return }
        number(value, into: &out)
        lineEnd(into: &out)
    }

    /// Appends a field with a value of bytes.
    public static func field(name: String, value: Span<UInt8>, into out: inout [UInt8]) {
        guard fieldName(name, into: &out) else { return }
        let start = out.count
        out.append(copying: value)
        blankControls(from: start, in: &out)
        lineEnd(into: &out)
    }

    /// Appends an empty line's end, which also ends a head.
    public static func lineEnd(into out: inout [UInt8]) {
        out.append(Byte.carriageReturn)
        out.append(Byte.lineFeed)
    }

    /// Appends the line before a chunk's data.
    ///
    /// - Parameters:
    ///   - size: bytes of data that follow; not 0, which would end the body.
    ///   - out: where to append.
    public static func chunkHeader(size: Int, into out: inout [UInt8]) {
        precondition(size > 0, "an empty chunk ends the body: use lastChunk")
        var shift = (Int.bitWidth - 1 - size.leadingZeroBitCount) / 4 * 4
        while shift >= 0 {
            out.append(hexDigit(UInt8(truncatingIfNeeded: size >> shift) & 15))
            shift -= 4
        }
        lineEnd(into: &out)
    }

    /// Appends the last chunk, without trailers.
    public static func lastChunk(into out: inout [UInt8]) {
        out.append(contentsOf: "0\r\n\r\n".utf8)
    }

    /// Appends a number in decimal.
    public static func number(_ number: Int, into out: inout [UInt8]) {
        var rest = number.magnitude
        if number < 0 { out.append(0x2D) }
        var divisor: UInt = 1
        while rest / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            out.append(0x30 + UInt8(truncatingIfNeeded: rest / divisor))
            rest %= divisor
            divisor /= 10
        }
    }

    static func value(_ value: String, into out: inout [UInt8]) {
        let start = out.count
        out.append(contentsOf: value.utf8)
        blankControls(from: start, in: &out)
    }

    private static func fieldName(_ name: String, into out: inout [UInt8]) -> Bool {
        guard !name.isEmpty, name.utf8.allSatisfy(Byte.isToken) else { return false }
        out.append(contentsOf: name.utf8)
        out.append(Byte.colon)
        out.append(Byte.space)
        return true
    }

    private static func blankControls(from start: Int, in out: inout [UInt8]) {
        var index = out.span.firstControl(from: start)
        while index < out.count {
            out[index] = Byte.space
            index = out.span.firstControl(from: index + 1)
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? 0x30 + value : 0x37 + value
    }
}
