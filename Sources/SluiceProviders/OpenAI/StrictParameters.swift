/// A header value with parameters, `type; name=token; name="text"`, in bytes: what readers take apart in different ways is none.
struct StrictParameters {
    /// In lower case.
    let type: String
    private var all: [(name: String, value: ArraySlice<UInt8>)] = []

    /// Nil for parameters without a value, for bytes behind one, and for a quote behind a backslash, which ends a text for some only.
    init?(_ value: ArraySlice<UInt8>) {
        let end = value.firstIndex(of: UInt8(ascii: ";")) ?? value.endIndex
        let type = Self.trimmed(value[..<end])
        guard !type.isEmpty, type.allSatisfy({ Self.isTokenByte($0) || $0 == UInt8(ascii: "/") })
        else { return nil }
        self.type = String(decoding: type, as: UTF8.self).lowercased()
        var rest = value[end...]
        while !rest.isEmpty {
            guard let parameter = Self.next(&rest) else { return nil }
            all.append(parameter)
        }
    }

    /// The value of the first parameter of this name.
    subscript(name: String) -> ArraySlice<UInt8>? { all.first { $0.name == name }?.value }

    /// Whether a name stands there once, and in no other of its forms: `name*`, `name*0` (RFC 2231).
    func isAlone(_ name: String) -> Bool {
        all.count { Self.isForm($0.name, of: name) } == 1 && self[name] != nil
    }

    /// Whether a name stands there in any of its forms.
    func names(_ name: String) -> Bool { all.contains { Self.isForm($0.name, of: name) } }

    private static func isForm(_ form: String, of name: String) -> Bool {
        form == name || form.hasPrefix(name + "*")
    }

    /// RFC 9110 section 5.6.2.
    static func isTokenByte(_ byte: UInt8) -> Bool {
        PercentEncoding.isUnreserved(byte) || "!#$%&'*+^`|".utf8.contains(byte)
    }

    /// Takes `; name=value` and the white space around it.
    private static func next(
        _ rest: inout ArraySlice<UInt8>
    ) -> (name: String, value: ArraySlice<UInt8>)? {
        guard rest.first == UInt8(ascii: ";") else { return nil }
        rest = rest.dropFirst().drop(while: isBlank)
        let name = rest.prefix(while: isTokenByte)
        rest = rest[name.endIndex...]
        guard !name.isEmpty, rest.first == UInt8(ascii: "=") else { return nil }
        rest = rest.dropFirst()
        let isQuoted = rest.first == UInt8(ascii: "\"")
        let value: ArraySlice<UInt8>
        if isQuoted {
            value = rest.dropFirst().prefix { $0 != UInt8(ascii: "\"") }
            rest = rest[value.endIndex...]
            guard value.last != UInt8(ascii: "\\"), rest.first != nil else { return nil }
            rest = rest.dropFirst()
        } else {
            value = rest.prefix(while: isTokenByte)
            rest = rest[value.endIndex...]
            guard !value.isEmpty else { return nil }
        }
        rest = rest.drop(while: isBlank)
        return (String(decoding: name, as: UTF8.self).lowercased(), value)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let front = text.drop(while: isBlank)
        return front[..<(front.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? front.startIndex)]
    }
}
