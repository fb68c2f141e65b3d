internal import Foundation
internal import SluiceCore
internal import SluiceJSON

/// Unit vectors made out of the text alone: the same text gives the same vector.
struct EchoEmbeddings {
    private let model: String
    private let inputs: [String]
    private let dimensions: Int
    private let isBase64: Bool
    private static let defaultDimensions = 1536
    /// Numbers in one answer. OpenAI takes at most 2,048 inputs.
    static let numberLimit = 2048 * 2048

    init(_ document: JSONDocument, model: String) throws(ProxyError) {
        let root = document.root
        self.model = model
        inputs = try Self.texts(root["input"], name: "input")
        dimensions = try EchoInput.limit(root, "dimensions") ?? Self.defaultDimensions
        guard dimensions <= 8192 else {
            throw .invalidRequest(
                "Invalid 'dimensions': expected at most 8192.", parameter: "dimensions",
                code: "invalid_value")
        }
        guard inputs.count * dimensions <= Self.numberLimit else {
            throw .invalidRequest(
                "Invalid 'input': the answer would be too large.", parameter: "input",
                code: "invalid_value")
        }
        isBase64 = root["encoding_format"]?.isString("base64") == true
    }

    /// One text or many, or tokens of one or of many: those come back as numbers.
    static func texts(_ value: JSONValue?, name: String) throws(ProxyError) -> [String] {
        guard let value, !value.isNull else {
            throw .invalidRequest(
                "Missing required parameter: '\(name)'.", parameter: name,
                code: "missing_required_parameter")
        }
        if let text = value.string { return [text] }
        guard value.isArray, let first = value[0] else {
            throw .invalidType(name, expected: "a string or an array", found: value)
        }
        if first.int != nil { return [tokens(value)] }
        return value.elements.map { $0.string ?? tokens($0) }
    }

    private static func tokens(_ list: JSONValue) -> String {
        list.elements.compactMap(\.int).map(String.init).joined(separator: " ")
    }

    func body() -> [UInt8] {
        let count = inputs.reduce(0) { $0 + EchoTokens.count($1) }
        var writer = JSONWriter(capacity: inputs.count * dimensions * 16)
        writer.object {
            $0.member("object", "list")
            $0.key("data")
            $0.array {
                for (index, input) in inputs.enumerated() {
                    $0.object {
                        $0.member("object", "embedding")
                        $0.member("index", .int(index))
                        $0.key("embedding")
                        write(vector(input), into: &$0)
                    }
                }
            }
            $0.member("model", .string(model))
            $0.member("usage", ["prompt_tokens": .int(count), "total_tokens": .int(count)])
        }
        return writer.bytes
    }

    private func write(_ vector: [Float], into writer: inout JSONWriter) {
        guard isBase64 else {
            writer.array { for number in vector { $0.double(Double(number)) } }
            return
        }
        // Little-endian 32-bit floats, which is what the official SDKs ask for and decode.
        var data = Data(capacity: vector.count * 4)
        for number in vector {
            let bits = number.bitPattern
            for shift in [0, 8, 16, 24] { data.append(UInt8(truncatingIfNeeded: bits >> shift)) }
        }
        writer.string(data.base64EncodedString())
    }

    private func vector(_ text: String) -> [Float] {
        var state: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
        let numbers = (0..<dimensions).map { _ in
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
            return Double(Int64(bitPattern: mixed ^ mixed >> 31)) / Double(Int64.max)
        }
        let length = numbers.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return numbers.map { Float($0 / length) }
    }
}
