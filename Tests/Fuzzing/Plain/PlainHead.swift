@testable import SluiceWire

/// A message head read line by line, to compare with. Only whole heads are read.
struct PlainHead {
    var first: [UInt8]
    var fields: [Field] = []
    /// Where the body begins.
    var end: Int

    struct Field: Equatable {
        /// In lower case.
        var name: [UInt8]
        var value: [UInt8]
    }

    enum Reading {
        case incomplete
        case refused
        case head(PlainHead)
    }

    /// - Parameter dropsUnderscores: leaves out fields whose names have one.
    static func read(_ bytes: [UInt8], _ limits: HeadLimits, dropsUnderscores: Bool) -> Reading {
        var lines: [[UInt8]] = []
        var (position, emptyLines) = (0, 0)
        while let end = bytes.firstOffset(of: "\r\n", from: position) {
            let line = Array(bytes[position..<end])
            position = end + 2
            if line.isEmpty, lines.isEmpty, emptyLines < 2 {
                emptyLines += 1
            } else if line.isEmpty {
                return head(lines, end: position, limits, dropsUnderscores).map { .head($0) }
                    ?? .refused
            } else {
                lines.append(line)
            }
        }
        return .incomplete
    }

    private static func head(
        _ lines: [[UInt8]], end: Int, _ limits: HeadLimits, _ dropsUnderscores: Bool
    ) -> PlainHead? {
        guard let first = lines.first, end <= limits.total, lines.count - 1 <= limits.headerCount,
            lines.joined().allSatisfy({ ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 })
        else { return nil }
        var head = PlainHead(first: first, end: end)
        for line in lines.dropFirst() {
            guard line.count <= limits.headerLine, let colon = line.firstIndex(of: 0x3A),
                Array(line[..<colon]).isToken
            else { return nil }
            let name = Array(line[..<colon]).lowercased
            if dropsUnderscores, name.contains(0x5F) { continue }
            head.fields.append(Field(name: name, value: Array(line[(colon + 1)...]).trimmed))
        }
        return head
    }

    func values(of name: String) -> [[UInt8]] {
        fields.filter { $0.name.says(name) }.map(\.value)
    }

    func list(of name: String) -> [[UInt8]] { values(of: name).flatMap(\.listed).map(\.lowercased) }

    /// How the body is framed; nil where the fields contradict one another or are not served.
    func framing(isVersion11: Bool) -> BodyFraming? {
        let lengths = values(of: "content-length")
        if !values(of: "transfer-encoding").isEmpty {
            let isServed =
                isVersion11 && lengths.isEmpty
                && list(of: "transfer-encoding") == [Array("chunked".utf8)]
            return isServed ? .chunked : nil
        }
        guard let length = lengths.first else { return BodyFraming.none }
        guard lengths.count == 1, length.isDigits,
            let number = Int64(String(decoding: length, as: UTF8.self))
        else { return nil }
        return .length(UInt64(number))
    }

    func keepsAlive(isVersion11: Bool) -> Bool {
        let said = list(of: "connection")
        if said.contains(Array("close".utf8)) { return false }
        return isVersion11 || said.contains(Array("keep-alive".utf8))
    }
}
