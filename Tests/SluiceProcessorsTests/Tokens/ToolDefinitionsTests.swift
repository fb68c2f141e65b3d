import SluiceJSON
import Testing

@testable import SluiceProcessors

struct ToolDefinitionsTests {
    private func text(_ tools: String) throws -> String {
        let document = try JSONDocument(parsing: Array(tools.utf8))
        var definitions = ToolDefinitions()
        definitions.add(JSONDocument.rootPlace, of: document)
        return String(decoding: definitions.text, as: UTF8.self)
    }

    @Test func functionsAreShownAsTypeScript() throws {
        let parameters = #"""
            {"type": "object", "required": ["town"], "properties": {
                "town": {"type": "string", "description": "Name of a town."},
                "unit": {"type": "string", "enum": ["C", "F"]},
                "days": {"type": "array", "items": {"type": "integer"}},
                "place": {"type": "object", "required": ["x"], "properties": {
                    "x": {"type": "number"}, "y": {"type": "boolean"}}}}}
            """#
        let function =
            #"{"name": "weather", "description": "Tells the \"weather\".", "parameters": \#(parameters)}"#
        let expected = """
            namespace functions {

            // Tells the "weather".
            type weather = (_: {
            // Name of a town.
            town: string,
            unit?: "C" | "F",
            days?: number[],
            place?: {
              x: number,
              y?: boolean,
            },
            }) => any;

            type stop = () => any;

            } // namespace functions
            """
        let stop = #"{"name": "stop", "parameters": {"type": "object", "properties": {}}}"#
        #expect(
            try text(
                #"[{"type":"function","function":\#(function)},{"type":"function","function":\#(stop)}]"#
            ) == expected)
        // As `functions` and as tools of the responses API.
        #expect(try text("[\(function),\(stop)]") == expected)
    }

    @Test func toolsWithoutANameAreNotShown() throws {
        #expect(try text(#"[{"type":"web_search"}, 5]"#).contains("type") == false)
    }

    @Test func deepSchemasDoNotSwellTheText() throws {
        let depth = 55
        var schema = #"{"type":"string"}"#
        for _ in 0..<depth { schema = #"{"properties":{"a":\#(schema)}}"# }
        let tools = #"[{"name":"f","parameters":\#(schema)}]"#
        #expect(try text(tools).utf8.count < 2 * tools.utf8.count)
    }
}
