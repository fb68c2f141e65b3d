internal import CSluiceJSON

/// One value of a text: kind, byte range, and where its subtree ends on the tape.
typealias JSONEntry = sluice_json_entry

/// The flat index of a text, in the order of the text. A member is two entries: its name, then its
/// value.
typealias JSONTape = [JSONEntry]

extension JSONTape {
    /// Indexes a text and checks it completely.
    ///
    /// - Parameters:
    ///   - bytes: The text.
    ///   - maximumDepth: How many brackets may be open at once.
    ///   - maximumValues: How many entries the tape may have; a member counts twice.
    init(
        indexing bytes: [UInt8], maximumDepth: Int, maximumValues: Int = Int(UInt32.max)
    ) throws(JSONError) {
        let depth = UInt32(clamping: maximumDepth)
        let values = UInt32(clamping: maximumValues)
        var (result, isFull) = (sluice_json_result(), false)
        self = Self.index(bytes, depth, values, roomFactor: 1, &result, &isFull)
        // The room suffices for every valid text; why another is refused may show only with more of it.
        if isFull { self = Self.index(bytes, depth, values, roomFactor: 2, &result, &isFull) }
        guard result.code == sluice_json_ok.rawValue else { throw JSONError(result) }
    }

    @inline(__always)
    private static func index(
        _ bytes: [UInt8], _ depth: UInt32, _ values: UInt32, roomFactor: Int,
        _ result: inout sluice_json_result, _ isFull: inout Bool
    ) -> JSONTape {
        // Safety: the pointer is used inside the closure only, the scan reads no byte behind
        // `count`, and the index writes at most `capacity` entries and reports how many it has
        // initialised.
        bytes.withUnsafeBufferPointer { text in
            result = sluice_json_scan(text.baseAddress, text.count)
            guard result.code == sluice_json_ok.rawValue else { return JSONTape() }
            let room = Int(result.count) * roomFactor
            return JSONTape(unsafeUninitializedCapacity: room) { entries, count in
                result = sluice_json_index(
                    text.baseAddress, text.count, depth, values, entries.baseAddress, entries.count)
                count = Int(result.count)
                isFull =
                    result.code == sluice_json_too_many_values.rawValue && entries.count < values
            }
        }
    }
}

extension JSONError {
    init(_ result: sluice_json_result) {
        let reason: Reason =
            switch sluice_json_code(result.code) {
            case sluice_json_too_deep: .depth
            case sluice_json_too_large: .tooLarge
            case sluice_json_too_many_values: .tooManyValues
            case sluice_json_invalid_utf8: .invalidUTF8
            case sluice_json_empty: .empty
            case sluice_json_trailing_bytes: .trailingBytes
            case sluice_json_no_memory: .outOfMemory
            default: .syntax
            }
        self.init(reason: reason, offset: Int(result.offset))
    }
}

extension JSONEntry {
    /// The bytes of the value, quotes and brackets included.
    var range: Range<Int> { Int(start)..<Int(end) }

    /// The bytes between the quotes; only for strings.
    var inside: Range<Int> { Int(start) + 1..<Int(end) - 1 }

    /// Tape index behind the value and all that it holds.
    var after: Int { Int(next) }

    var isObject: Bool { UInt32(kind) == sluice_json_object.rawValue }
    var isArray: Bool { UInt32(kind) == sluice_json_array.rawValue }
    var isString: Bool { UInt32(kind) == sluice_json_string.rawValue }
    var isNumber: Bool { UInt32(kind) == sluice_json_number.rawValue }
    var isEscaped: Bool { isString && hasEscapes }
    /// Only for strings: the flags of numbers mean something else.
    var hasEscapes: Bool { Int32(flags) & SLUICE_JSON_ESCAPED != 0 }
    var isInteger: Bool { isNumber && Int32(flags) & SLUICE_JSON_INTEGER != 0 }

    /// The entry of a member's name.
    static func name(start: Int, end: Int, at index: Int, escaped: Bool) -> JSONEntry {
        JSONEntry(
            start: UInt32(start), end: UInt32(end), next: UInt32(index + 1),
            kind: UInt8(sluice_json_string.rawValue),
            flags: escaped ? UInt8(SLUICE_JSON_ESCAPED) : 0, reserved: 0)
    }

    /// What the value is.
    var publicKind: JSONKind {
        switch sluice_json_kind(UInt32(kind)) {
        case sluice_json_object: .object
        case sluice_json_array: .array
        case sluice_json_string: .string
        case sluice_json_number: .number
        case sluice_json_null: .null
        default: .bool
        }
    }

    var isTrue: Bool { UInt32(kind) == sluice_json_true.rawValue }
}
