internal import SluiceJSON
internal import SluiceWire

/// Tools as OpenAI's models are shown them: TypeScript in a namespace. Found by others from what is billed, not published.
///
/// ```
/// namespace functions {
///
/// // Tells the weather.
/// type weather = (_: {
/// // Name of a town.
/// town: string,
/// unit?: "C" | "F",
/// }) => any;
///
/// } // namespace functions
/// ```
struct ToolDefinitions {
    private var functions: [UInt8] = []

    var isEmpty: Bool { functions.isEmpty }

    /// All of it.
    var text: [UInt8] {
        Array("namespace functions {\n\n".utf8) + functions + Array("} // namespace functions".utf8)
    }

    /// Takes the functions out of a list of `tools` or `functions`; tools of other kinds show the model nothing that is known.
    mutating func add(_ list: JSONPlace, of document: JSONDocument) {
        var functions: [UInt8] = []
        document.forEachElement(at: list) { tool in
            let function = document.place("function", in: tool) ?? tool
            guard let name = document.place("name", in: function) else { return }
            ToolWriter(document: document).function(name, function, to: &functions)
        }
        self.functions += functions
    }
}

/// Writes one tool after another.
private struct ToolWriter {
    let document: JSONDocument

    /// Deeper objects are written no further to the right, so that the text stays about as long as the JSON.
    private static let deepest = 8
    /// Properties of properties of properties have no comments.
    private static let deepestComment = 2

    func function(_ name: JSONPlace, _ function: JSONPlace, to text: inout [UInt8]) {
        comment(function, 0, to: &text)
        text += "type ".utf8
        append(name, to: &text)
        let parameters = document.place("parameters", in: function)
        let shape = parameters.flatMap { document.place("properties", in: $0) }
        if let parameters, let shape, document.length(at: shape) > 2 {
            text += " = (_: {\n".utf8
            properties(shape, of: parameters, 0, to: &text)
            text += "}) => any;\n\n".utf8
        } else {
            text += " = () => any;\n\n".utf8
        }
    }

    private func properties(
        _ shape: JSONPlace, of parameters: JSONPlace, _ depth: Int, to text: inout [UInt8]
    ) {
        let required = required(parameters)
        let indent = [UInt8](repeating: UInt8(ascii: " "), count: 2 * min(depth, Self.deepest))
        document.forEachMember(at: shape) { name, property in
            if depth < Self.deepestComment { comment(property, depth, to: &text) }
            text += indent
            text.append(copying: name)
            if !required.contains(copy(of: name)) { text.append(UInt8(ascii: "?")) }
            text += ": ".utf8
            type(property, depth, to: &text)
            text += ",\n".utf8
        }
    }

    private func required(_ parameters: JSONPlace) -> Set<[UInt8]> {
        var names: Set<[UInt8]> = []
        guard let list = document.place("required", in: parameters) else { return names }
        document.forEachElement(at: list) {
            _ = document.withText(at: $0) { names.insert(copy(of: $0)) }
        }
        return names
    }

    private func type(_ property: JSONPlace, _ depth: Int, to text: inout [UInt8]) {
        if let choices = document.place("enum", in: property) {
            return alternatives(choices, to: &text)
        }
        let type = document.place("type", in: property)
        if type.map({ document.isString("array", at: $0) }) == true {
            if let items = document.place("items", in: property) {
                self.type(items, depth, to: &text)
            } else {
                text += "any".utf8
            }
            text += "[]".utf8
        } else if let shape = document.place("properties", in: property) {
            text += "{\n".utf8
            properties(shape, of: property, depth + 1, to: &text)
            text += "}".utf8
        } else if let type, !document.isString("integer", at: type) {
            append(type, to: &text)
        } else {
            text += (type == nil ? "any" : "number").utf8
        }
    }

    private func alternatives(_ choices: JSONPlace, to text: inout [UInt8]) {
        var isFirst = true
        document.forEachElement(at: choices) { choice in
            if !isFirst { text += " | ".utf8 }
            isFirst = false
            document.withSpelling(at: choice) { append($0, to: &text) }
        }
    }

    private func comment(_ holder: JSONPlace, _ depth: Int, to text: inout [UInt8]) {
        guard let description = document.place("description", in: holder),
            document.kind(at: description) == .string
        else { return }
        text += "// ".utf8
        append(description, to: &text)
        text.append(UInt8(ascii: "\n"))
    }

    /// A string's text, or another value as it is spelled.
    private func append(_ place: JSONPlace, to text: inout [UInt8]) {
        if document.withText(at: place, { append($0, to: &text) }) == nil {
            document.withSpelling(at: place) { append($0, to: &text) }
        }
    }

    private func append(_ bytes: Span<UInt8>, to text: inout [UInt8]) {
        text.append(copying: bytes)
    }

    private func copy(of bytes: Span<UInt8>) -> [UInt8] {
        var copy: [UInt8] = []
        copy.append(copying: bytes)
        return copy
    }
}
