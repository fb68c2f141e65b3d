/// Finds the line of a key, which TOMLKit does not tell.
///
/// It reads only as much TOML as that takes: headers, keys at the start of a line, and where strings and lists that
/// span lines end. The text has been parsed before, so it is well-formed; were a line missed nevertheless, an error
/// would show the line of the table around it.
struct LineIndex: Sendable {
    private var lines: [[String]: Int] = [:]

    /// The line of a key, or of the nearest table around it.
    func line(of components: [String]) -> Int? {
        var path = components[...]
        while !path.isEmpty {
            if let line = lines[Array(path)] { return line }
            path = path.dropLast()
        }
        return nil
    }

    init() {}

    init(_ text: String) {
        var table: [String] = []
        var counts: [[String]: Int] = [:]
        var scanner = LineScanner()
        var number = 0
        for line in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false) {
            number += 1
            let continues = scanner.isInsideValue
            let bytes = Array(line)
            let start = continues ? 0 : Self.skipSpaces(bytes, 0)
            defer { scanner.scan(bytes, from: start) }
            guard !continues, start < bytes.count else { continue }
            if bytes[start] == UInt8(ascii: "[") {
                let isList = bytes[start...].starts(with: "[[".utf8)
                let (keys, end) = Self.dottedKey(bytes, start + (isList ? 2 : 1))
                table = Self.resolve(keys.dropLast(), counts)
                if let last = keys.last { table.append(last) }
                if isList {
                    if lines[table] == nil { lines[table] = number }
                    counts[table, default: 0] += 1
                    table.append("#\(counts[table, default: 0])")
                }
                lines[table] = number
                // The header's own brackets are not a list.
                scanner.skip(to: end + (isList ? 2 : 1))
            } else if bytes[start] != UInt8(ascii: "#") {
                let (keys, _) = Self.dottedKey(bytes, start)
                for length in keys.indices {
                    let path = table + keys[...length]
                    if lines[path] == nil { lines[path] = number }
                }
            }
        }
    }

    /// A header speaks of the latest member of each list on its way (TOML 1.0, "array of tables").
    private static func resolve(_ keys: ArraySlice<String>, _ counts: [[String]: Int]) -> [String] {
        var path: [String] = []
        for key in keys {
            path.append(key)
            if let count = counts[path] { path.append("#\(count)") }
        }
        return path
    }

    private static func skipSpaces(_ bytes: [UInt8], _ start: Int) -> Int {
        var index = start
        while index < bytes.count,
            bytes[index] == 0x20 || bytes[index] == 0x09 || bytes[index] == 0x0D
        {
            index += 1
        }
        return index
    }

    /// Reads `a . "b c" . d`; returns the parts and the position behind them.
    private static func dottedKey(_ bytes: [UInt8], _ start: Int) -> ([String], Int) {
        var keys: [String] = []
        var index = start
        while true {
            index = skipSpaces(bytes, index)
            guard index < bytes.count else { break }
            let quote = bytes[index]
            let begin: Int
            if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
                begin = index + 1
                index = begin
                while index < bytes.count, bytes[index] != quote { index += 1 }
                keys.append(String(decoding: bytes[begin..<index], as: UTF8.self))
                index += 1
            } else {
                begin = index
                while index < bytes.count, !" \t.=]\r".utf8.contains(bytes[index]) { index += 1 }
                keys.append(String(decoding: bytes[begin..<index], as: UTF8.self))
            }
            index = skipSpaces(bytes, index)
            guard index < bytes.count, bytes[index] == UInt8(ascii: ".") else { break }
            index += 1
        }
        return (keys, index)
    }
}
