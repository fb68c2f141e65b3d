/// Makes names that Prometheus accepts out of any.
enum MetricName {
    /// A metric's name: `[a-zA-Z_:][a-zA-Z0-9_:]*`, everything else becomes an underscore.
    static func metric(_ name: String) -> String {
        legal(name, colon: true)
    }

    /// A label's name: `[a-zA-Z_][a-zA-Z0-9_]*`, everything else becomes an underscore.
    static func label(_ name: String) -> String {
        legal(name, colon: false)
    }

    private static func legal(_ name: String, colon: Bool) -> String {
        if !name.isEmpty, isLegal(name, colon: colon) { return name }
        var result = ""
        for scalar in name.unicodeScalars {
            let piece = String(scalar)
            result += isLegal("_" + piece, colon: colon) ? piece : "_"
        }
        return isLegal(result, colon: colon) && !result.isEmpty ? result : "_" + result
    }

    private static func isLegal(_ name: String, colon: Bool) -> Bool {
        var isFirst = true
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "_"):
                break
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if isFirst { return false }
            case UInt8(ascii: ":"):
                if !colon { return false }
            default:
                return false
            }
            isFirst = false
        }
        return true
    }
}
