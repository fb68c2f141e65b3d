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
        let room = method.name.utf8.count + target.utf8.count * 3 + requestLineRoom
        out.append(addingCapacity: room) { requestLine(method: method, target: target, into: &$0) }
    }

    /// Bytes of a request line beside the method and the target.
    package static let requestLineRoom = 12

    /// Appends a request line to room for it, with three bytes for each one of the target.
    package static func requestLine(
        method: HTTPMethod, target: String, into out: inout OutputSpan<UInt8>
    ) {
        let bytes = target.utf8.span
        guard bytes.firstInvisible(in: 0..<bytes.count) == bytes.count else {
            return requestLine(method: method, target: encoded(target), into: &out)
        }
        out.append(copying: method.name.utf8.span)
        out.append(Byte.space)
        out.append(copying: bytes)
        out.append(text: " HTTP/1.1\r\n")
    }

    private static func encoded(_ target: String) -> String {
        var out: [UInt8] = []
        for byte in target.utf8 {
            if byte > Byte.space, byte < 0x7F {
                out.append(byte)
            } else {
                out.append(0x25)
                out.append(hexDigit(byte >> 4))
                out.append(hexDigit(byte & 15))
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// Appends `HTTP/1.1 status reason` and a line end.
    public static func statusLine(_ status: Int, into out: inout [UInt8]) {
        out.append(addingCapacity: statusLineRoom) { statusLine(status, into: &$0) }
    }

    /// Bytes that a status line has at most.
    package static let statusLineRoom = 80

    /// Appends a status line to room for it.
    package static func statusLine(_ status: Int, into out: inout OutputSpan<UInt8>) {
        guard status != 200 else { return out.append(text: "HTTP/1.1 200 OK\r\n") }
        out.append(text: "HTTP/1.1 ")
        number(status, into: &out)
        out.append(Byte.space)
        out.append(copying: StatusReason.phrase(of: status).utf8.span)
        out.appendLineEnd()
    }

    /// Appends a field with a value of text.
    public static func field(name: String, value: String, into out: inout [UInt8]) {
        field(name: name, value: value.utf8.span, into: &out)
    }

    /// Appends a field with a number, as `content-length` has.
    public static func field(name: String, value: Int, into out: inout [UInt8]) {
        let name = name.utf8.span
        guard name.isToken else { return }
        out.append(addingCapacity: name.count + 24) { out in
            out.append(copying: name)
            out.append(Byte.colon)
            out.append(Byte.space)
            number(value, into: &out)
            out.appendLineEnd()
        }
    }

    /// Appends a field with a value of bytes.
    public static func field(name: String, value: Span<UInt8>, into out: inout [UInt8]) {
        let name = name.utf8.span
        if name.isToken { field(name, value, into: &out) }
    }

    /// Appends a field whose name is known to be a token.
    static func field(_ name: Span<UInt8>, _ value: Span<UInt8>, into out: inout [UInt8]) {
        out.append(addingCapacity: name.count + value.count + 4) { field(name, value, into: &$0) }
    }

    /// Appends a field whose name is known to be a token to room for it.
    static func field(
        _ name: Span<UInt8>, _ value: Span<UInt8>, into out: inout OutputSpan<UInt8>
    ) {
        out.append(copying: name)
        out.append(Byte.colon)
        out.append(Byte.space)
        self.value(value, into: &out)
        out.appendLineEnd()
    }

    /// Appends a value, with spaces in place of control characters, to room for it.
    package static func value(_ value: Span<UInt8>, into out: inout OutputSpan<UInt8>) {
        let start = out.count
        out.append(copying: value)
        guard value.firstControl(from: 0) < value.count else { return }
        var written = out.mutableSpan
        for index in start..<written.count where Byte.isForbiddenInValue(written[index]) {
            written[index] = Byte.space
        }
    }

    /// Appends an empty line's end, which also ends a head.
    public static func lineEnd(into out: inout [UInt8]) {
        out.append(addingCapacity: 2) { $0.appendLineEnd() }
    }

    /// Appends the line before a chunk's data.
    ///
    /// - Parameters:
    ///   - size: bytes of data that follow; not 0, which would end the body.
    ///   - out: where to append.
    public static func chunkHeader(size: Int, into out: inout [UInt8]) {
        out.append(addingCapacity: 18) { chunkHeader(size: size, into: &$0) }
    }

    /// Appends the line before a chunk's data to room of 18 bytes.
    package static func chunkHeader(size: Int, into out: inout OutputSpan<UInt8>) {
        precondition(size > 0, "an empty chunk ends the body: use lastChunk")
        var shift = (chunkDigits(size) &- 1) &* 4
        while shift >= 0 {
            out.append(hexDigit(UInt8(truncatingIfNeeded: size >> shift) & 15))
            shift &-= 4
        }
        out.appendLineEnd()
    }

    /// Says another size in a line before a chunk's data, which has so many digits.
    package static func correctChunkHeader(
        size: Int, in bytes: inout MutableSpan<UInt8>, at line: Int
    ) {
        var (rest, position) = (size, line + chunkDigits(size))
        while position > line {
            position -= 1
            bytes[position] = hexDigit(UInt8(truncatingIfNeeded: rest) & 15)
            rest >>= 4
        }
    }

    /// How many digits a chunk's size has.
    package static func chunkDigits(_ size: Int) -> Int {
        (Int.bitWidth &- size.leadingZeroBitCount &+ 3) / 4
    }

    /// Appends what follows a chunk's data, and the last chunk behind it.
    package static func chunkEnd(isLast: Bool, into out: inout [UInt8]) {
        out.append(addingCapacity: 7) { out in
            out.appendLineEnd()
            if isLast { out.append(text: "0\r\n\r\n") }
        }
    }

    /// Appends the last chunk, without trailers.
    public static func lastChunk(into out: inout [UInt8]) {
        out.append(addingCapacity: 5) { $0.append(text: "0\r\n\r\n") }
    }

    /// Appends the last chunk, and fields behind it (RFC 9112 section 7.1.2).
    package static func lastChunk(trailers: HeaderFields, into out: inout [UInt8]) {
        out.append(addingCapacity: trailers.roomNeeded + 5) { out in
            out.append(text: "0\r\n")
            trailers.writeFields(into: &out)
            out.appendLineEnd()
        }
    }

    /// Appends a number in decimal.
    public static func number(_ number: Int, into out: inout [UInt8]) {
        out.append(addingCapacity: 20) { self.number(number, into: &$0) }
    }

    /// Needs room for twenty bytes. Digits are gathered eight at a time in a word, which the last one enters first.
    package static func number(_ number: Int, into out: inout OutputSpan<UInt8>) {
        if number < 0 { out.append(0x2D) }
        digits(number.magnitude, atLeast: 1, into: &out)
    }

    private static func digits(
        _ number: UInt, atLeast width: Int, into out: inout OutputSpan<UInt8>
    ) {
        var (rest, left) = (number, width)
        if rest >= 100_000_000 {
            digits(rest / 100_000_000, atLeast: 1, into: &out)
            (rest, left) = (rest % 100_000_000, 8)
        }
        var word: UInt = 0
        repeat {
            word = word << 8 | (0x30 &+ rest % 10)
            rest /= 10
            left &-= 1
        } while rest > 0 || left > 0
        while word != 0 {
            out.append(UInt8(truncatingIfNeeded: word))
            word >>= 8
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? 0x30 + value : 0x37 + value
    }
}
