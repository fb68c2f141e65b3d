/// Looks for one field in the beginning of a `multipart/form-data` body (RFC 7578, RFC 2046 section 5.1).
struct MultipartForm {
    enum Search: Equatable {
        /// Where the field's value stands.
        case found(Range<Int>)
        /// Not so far; more bytes may bring it.
        case more
        /// The form ended without it, or is no form.
        case absent
    }

    private let delimiter: [UInt8]
    private static let lineEnd: [UInt8] = [0x0D, 0x0A]

    init(boundary: String) {
        delimiter = Array("--\(boundary)".utf8)
    }

    func find(_ field: String, in bytes: [UInt8]) -> Search {
        guard var position = firstDelimiter(in: bytes) else { return .more }
        while true {
            position += delimiter.count
            guard position + 2 <= bytes.count else { return .more }
            if bytes[position] == UInt8(ascii: "-"), bytes[position + 1] == UInt8(ascii: "-") {
                return .absent
            }
            guard let lineEnd = offset(of: Self.lineEnd, in: bytes, from: position) else {
                return .more
            }
            guard bytes[position..<lineEnd].allSatisfy({ $0 == 0x20 || $0 == 0x09 }) else {
                return .absent
            }
            guard
                let headerEnd = offset(of: Self.lineEnd + Self.lineEnd, in: bytes, from: lineEnd)
            else { return .more }
            let value = headerEnd + 4
            guard
                let end = offset(
                    of: Self.lineEnd + delimiter, in: bytes, from: value - 2)
            else { return .more }
            if Self.name(inHeaders: bytes[lineEnd..<headerEnd]) == field {
                return .found(min(value, end)..<end)
            }
            position = end + 2
        }
    }

    /// The first delimiter stands at the beginning of a line; a preamble may come before it.
    private func firstDelimiter(in bytes: [UInt8]) -> Int? {
        if bytes.starts(with: delimiter) { return 0 }
        return offset(of: Self.lineEnd + delimiter, in: bytes, from: 0).map { $0 + 2 }
    }

    private func offset(of needle: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        guard start <= bytes.count, let first = needle.first else { return nil }
        let text = bytes.span
        var index = start
        while index + needle.count <= text.count {
            if text[index] == first {
                var length = 1
                while length < needle.count, text[index + length] == needle[length] { length += 1 }
                if length == needle.count { return index }
            }
            index += 1
        }
        return nil
    }

    private static func name(inHeaders bytes: ArraySlice<UInt8>) -> String? {
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\r\n") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            guard line[..<colon].trimmed.lowercased() == "content-disposition" else { continue }
            return Parameters.value("name", in: line[colon...])
        }
        return nil
    }
}
