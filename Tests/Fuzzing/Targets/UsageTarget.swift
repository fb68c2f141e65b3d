import SluiceCore
import SluiceJSON

@testable import SluiceProviders

/// The usage of an answer, which is looked for near its end, against that of the whole document.
func checkUsage(_ input: [UInt8]) {
    let found = TokenUsage(inDocument: input)
    for name in input.indices where input[name...].starts(with: "\"usage\"".utf8) {
        _ = withExactCopy(of: input[...]) { UsageScan.usage(in: $0, at: name) }
    }
    guard let document = try? JSONDocument(parsing: input) else { return }
    property("A usage is what the whole document says.", found, TokenUsage(root: document.root))
    // Again where the document does not begin with the usage, and where something follows it.
    let members = [#"{"id":"x","usage":"#, #"{"usage":{"prompt_tokens":1},"usage":"#]
    for member in members {
        for rest in ["}", #","model":"m","n":null,"t":1.5}"#] {
            let answer = Array(member.utf8) + input + Array(rest.utf8)
            guard let document = try? JSONDocument(parsing: answer) else { continue }
            property(
                "A usage is what the whole document says.", TokenUsage(inDocument: answer),
                TokenUsage(root: document.root))
        }
    }
}
