/// A `Content-Type` value taken apart (RFC 9110 section 8.3.1), as far as requests need it.
struct MediaType: Equatable {
    /// Type and subtype in lower case.
    let name: String
    /// The `boundary` parameter of a multipart type.
    let boundary: String?

    init(_ value: String) {
        let end = value.firstIndex(of: ";") ?? value.endIndex
        name = value[..<end].trimmed.lowercased()
        boundary = Parameters.value("boundary", in: value[end...])
    }

    var isJSON: Bool { name == "application/json" || name.hasSuffix("+json") }
    var isForm: Bool { name == "multipart/form-data" }
}

/// Parameters behind a header value: `; name=token; name="quoted \" text"`.
enum Parameters {
    static func value(_ wanted: String, in text: Substring) -> String? {
        var rest = text[...]
        while let semicolon = rest.firstIndex(of: ";") {
            rest = rest[rest.index(after: semicolon)...]
            guard let equals = rest.firstIndex(where: { $0 == "=" || $0 == ";" }) else {
                return nil
            }
            guard rest[equals] == "=" else { continue }
            let name = rest[..<equals].trimmed.lowercased()
            let (value, end) = read(rest[rest.index(after: equals)...])
            if name == wanted { return value }
            rest = rest[end...]
        }
        return nil
    }

    /// One value, and where it ends.
    private static func read(_ text: Substring) -> (String, Substring.Index) {
        let start = text.firstIndex { $0 != " " && $0 != "\t" } ?? text.endIndex
        guard start < text.endIndex, text[start] == "\"" else {
            let end = text.firstIndex(of: ";") ?? text.endIndex
            return (String(text[..<end].trimmed), end)
        }
        var value = ""
        var index = text.index(after: start)
        while index < text.endIndex, text[index] != "\"" {
            if text[index] == "\\", text.index(after: index) < text.endIndex {
                index = text.index(after: index)
            }
            value.append(text[index])
            index = text.index(after: index)
        }
        return (value, index < text.endIndex ? text.index(after: index) : index)
    }
}

extension Substring {
    var trimmed: Substring {
        let front = drop { $0 == " " || $0 == "\t" }
        guard let end = front.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return "" }
        return front[...end]
    }
}
