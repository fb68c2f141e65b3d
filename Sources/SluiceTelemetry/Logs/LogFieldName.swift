internal import SluiceJSON

/// The name of a field, spelled for both forms of a line. Those of the access log are made once.
struct LogFieldName {
    let name: String
    /// `,"name":`
    let json: [UInt8]
    /// `,"name":"`, so that a string is appended with its quote.
    let jsonText: [UInt8]
    /// ` name=`
    let text: [UInt8]

    init(_ name: String) {
        self.name = name
        var json = Array(",\"".utf8)
        appendEscaped(name, to: &json)
        self.json = json + "\":".utf8
        jsonText = json + "\":\"".utf8
        var text = [UInt8(ascii: " ")]
        TextFields.appendToken(name, to: &text)
        self.text = text + "=".utf8
    }
}
