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
    /// What no known form shows, as it is spelled: tools of other kinds, and of functions such as their `$defs`. Some model may see it.
    private(set) var rest: [UInt8] = []

    var isEmpty: Bool { functions.isEmpty && rest.isEmpty }
    var hasFunctions: Bool { !functions.isEmpty }

    /// All of it.
    var text: [UInt8] {
        Array("namespace functions {\n\n".utf8) + functions + Array("} // namespace functions".utf8)
    }

    /// Takes the tools of a list of `tools` or `functions`.
    mutating func add(_ list: JSONPlace, of document: JSONDocument) {
        let writer = ToolWriter(document: document)
        var shown = ShownTool(text: functions, rest: rest)
        document.forEachElement(at: list) { writer.tool($0, to: &shown) }
        (functions, rest) = (shown.text, shown.rest)
    }
}

/// What models see of tools.
private struct ShownTool {
    var text: [UInt8]
    var rest: [UInt8]
}

/// Writes one tool after another.
private struct ToolWriter {
    let document: JSONDocument

    /// Deeper objects are written no further to the right, so that the text stays about as long as the JSON.
    private static let deepest = 8
    /// Properties of properties of properties have no comments.
    private static let deepestComment = 2

    /// Longer descriptions that are not shown are counted all the same, in bytes.
    private static let longestHidden = 200
    /// So is what is longer in members that say how an answer is checked.
    private static let longestLabel = 64

    func tool(_ tool: JSONPlace, to shown: inout ShownTool) {
        let inner = document.place("function", in: tool)
        let type = document.place("type", in: tool)
        let isFunction = inner != nil || type.map { document.isString("function", at: $0) } ?? true
        let function = inner ?? tool
        guard isFunction, let name = document.place("name", in: function) else {
            return spell(tool, to: &shown)
        }
        if inner != nil { spellRest(of: tool, but: ["function"], to: &shown) }
        write(name, function, to: &shown)
    }

    private func write(_ name: JSONPlace, _ function: JSONPlace, to shown: inout ShownTool) {
        comment(function, 0, to: &shown.text)
        shown.text += "type ".utf8
        append(name, to: &shown.text)
        let parameters = document.place("parameters", in: function)
        let shape = parameters.flatMap { document.place("properties", in: $0) }
        if let parameters, let shape, document.length(at: shape) > 2 {
            shown.text += " = (_: {\n".utf8
            properties(shape, of: parameters, 0, to: &shown)
            shown.text += "}) => any;\n\n".utf8
        } else {
            shown.text += " = () => any;\n\n".utf8
        }
        spellRest(of: function, but: ["name", "description", "parameters"], to: &shown)
        if let parameters {
            spellRest(of: parameters, but: ["properties", "required"], to: &shown)
        }
    }

    private func properties(
        _ shape: JSONPlace, of parameters: JSONPlace, _ depth: Int, to shown: inout ShownTool
    ) {
        let required = required(parameters, of: shape, to: &shown)
        let indent = [UInt8](repeating: UInt8(ascii: " "), count: 2 * min(depth, Self.deepest))
        if document.kind(at: shape) != .object { spell(shape, to: &shown) }
        document.forEachMember(at: shape) { name, property in
            let isCommented = depth < Self.deepestComment
            if isCommented { comment(property, depth, to: &shown.text) }
            shown.text += indent
            shown.text.append(copying: name)
            if !required.contains(copy(of: name)) { shown.text.append(UInt8(ascii: "?")) }
            shown.text += ": ".utf8
            type(property, depth, isCommented: isCommented, to: &shown)
            shown.text += ",\n".utf8
        }
    }

    private func required(
        _ parameters: JSONPlace, of shape: JSONPlace, to shown: inout ShownTool
    ) -> Set<[UInt8]> {
        var names: Set<[UInt8]> = []
        guard let list = document.place("required", in: parameters) else { return names }
        // It names what is shown, and nothing else.
        if document.length(at: list) > document.length(at: shape) { spell(list, to: &shown) }
        document.forEachElement(at: list) {
            _ = document.withText(at: $0) { names.insert(copy(of: $0)) }
        }
        return names
    }

    private func type(
        _ property: JSONPlace, _ depth: Int, isCommented: Bool, to shown: inout ShownTool
    ) {
        let known = writeType(property, depth, to: &shown)
        let comment: [StaticString] = isCommented ? ["description"] : []
        spellRest(of: property, but: known + comment, to: &shown)
    }

    /// - Returns: the members that it has shown.
    private func writeType(
        _ property: JSONPlace, _ depth: Int, to shown: inout ShownTool
    ) -> [StaticString] {
        if let choices = document.place("enum", in: property) {
            alternatives(choices, to: &shown) { choice, shown in
                document.withSpelling(at: choice) { append($0, to: &shown.text) }
            }
            return ["enum"]
        }
        let type = document.place("type", in: property)
        if type.map({ document.isString("array", at: $0) }) == true {
            if let items = document.place("items", in: property) {
                self.type(items, depth, isCommented: false, to: &shown)
            } else {
                shown.text += "any".utf8
            }
            shown.text += "[]".utf8
            return ["items"]
        }
        if let shape = document.place("properties", in: property) {
            shown.text += "{\n".utf8
            properties(shape, of: property, depth + 1, to: &shown)
            shown.text += "}".utf8
            return ["properties", "required"]
        }
        if let type, !document.isString("integer", at: type) {
            append(type, to: &shown.text)
            return ["type"]
        }
        shown.text += (type == nil ? "any" : "number").utf8
        return []
    }

    private func alternatives(
        _ choices: JSONPlace, to shown: inout ShownTool,
        _ write: (JSONPlace, inout ShownTool) -> Void
    ) {
        if document.kind(at: choices) != .array { spell(choices, to: &shown) }
        var isFirst = true
        document.forEachElement(at: choices) { choice in
            if !isFirst { shown.text += " | ".utf8 }
            isFirst = false
            write(choice, &shown)
        }
    }

    // MARK: The rest

    /// Spells the members of an object that are not shown: such as `$defs`, `default` and `examples`.
    private func spellRest(
        of holder: JSONPlace, but known: [StaticString], to shown: inout ShownTool
    ) {
        document.forEachMember(at: holder) { name, value in
            guard !known.contains(where: { name.isWord($0) }) else { return }
            switch document.kind(at: value) {
            case .bool, .number, .null: return
            case .string, .array, .object: break
            }
            let length = document.length(at: value)
            if name.isWord("description"), length <= Self.longestHidden { return }
            if Self.isLabel(name), length <= Self.longestLabel { return }
            shown.rest.append(copying: name)
            shown.rest += ": ".utf8
            spell(value, to: &shown)
        }
    }

    private static func isLabel(_ name: Span<UInt8>) -> Bool {
        name.isWord("type") || name.isWord("title") || name.isWord("$schema")
            || name.isWord("format")
    }

    private func spell(_ place: JSONPlace, to shown: inout ShownTool) {
        document.withSpelling(at: place) { append($0, to: &shown.rest) }
        shown.rest.append(UInt8(ascii: "\n"))
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
