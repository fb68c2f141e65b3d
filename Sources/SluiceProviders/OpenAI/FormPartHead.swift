import SluiceCore

/// The header of one part of a form, read as ``StrictForm`` reads: what is told of it is the same for every reader.
struct FormPartHead {
    let name: String
    private let type: ArraySlice<UInt8>?

    /// - Parameter head: its lines, without the blank one.
    /// - Throws: 400.
    init(_ head: ArraySlice<UInt8>) throws(ProxyError) {
        var name: String?
        var type: ArraySlice<UInt8>?
        for (field, value) in try Self.fields(head) {
            switch field {
            case "content-disposition":
                guard name == nil, let own = Self.name(value) else {
                    throw .ambiguousForm("a part must have one plain 'name'")
                }
                name = own
            case "content-type":
                guard type == nil else { throw .ambiguousForm("a part has two types") }
                type = value
            case "content-transfer-encoding":
                guard ["7bit", "8bit", "binary"].contains(Self.text(value)) else {
                    throw .ambiguousForm("a part has a transfer encoding")
                }
            default: break
            }
        }
        guard let name else { throw .ambiguousForm("a part must have one plain 'name'") }
        guard type.map({ !Self.text($0).hasPrefix("multipart/") }) ?? true else {
            throw .ambiguousForm("a part has parts of its own")
        }
        self.name = name
        self.type = type
    }

    /// Whether a reader could take it for the model, or for models to fall back to: some do not look at the case, some make a list of
    /// `name[]`, and `_charset_` says how others are to be decoded.
    var meansModels: Bool {
        let beginning = name.lowercased().prefix { $0 != "[" && $0 != "." }
        return ["model", "models", "fallback", "fallbacks", "_charset_"].contains(beginning)
    }

    /// Whether its ASCII bytes are what they seem to be.
    var isPlainText: Bool {
        guard let type else { return true }
        guard let parameters = StrictParameters(type), parameters.type == "text/plain" else {
            return false
        }
        guard let charset = parameters["charset"] else { return !parameters.names("charset") }
        return parameters.isAlone("charset")
            && ["utf-8", "us-ascii", "iso-8859-1"].contains(Self.text(charset[...]))
    }

    /// The lines, their names in lower case: none is folded, and nothing but CRLF ends one (RFC 9112 section 2.2).
    private static func fields(
        _ head: ArraySlice<UInt8>
    ) throws(ProxyError) -> [(String, ArraySlice<UInt8>)] {
        var fields: [(String, ArraySlice<UInt8>)] = []
        var rest = head
        while !rest.isEmpty {
            let line = rest.prefix { $0 != 0x0D }
            rest = rest[line.endIndex...]
            guard rest.isEmpty || rest.count > 2 && rest.dropFirst().first == 0x0A,
                let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
                line[..<colon].allSatisfy(StrictParameters.isTokenByte),
                line[colon...].allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 })
            else { throw .ambiguousForm("a part has a malformed header") }
            rest = rest.dropFirst(2)
            let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
            fields.append((name, line[(colon + 1)...]))
        }
        return fields
    }

    private static func name(_ disposition: ArraySlice<UInt8>) -> String? {
        guard let parameters = StrictParameters(disposition), parameters.type == "form-data",
            parameters.isAlone("name"), let name = parameters["name"], !name.isEmpty,
            name.allSatisfy({ 0x21...0x7E ~= $0 && !#"\"%*"#.utf8.contains($0) })
        else { return nil }
        let text = String(decoding: name, as: UTF8.self)
        // Some would take the model's name for a file.
        return text == "model" && parameters.names("filename") ? nil : text
    }

    private static func text(_ value: ArraySlice<UInt8>) -> String {
        String(Substring(decoding: value, as: UTF8.self).trimmed).lowercased()
    }
}
