/// What an answer brought whose tokens nobody has told.
enum UncountedText: Sendable {
    /// Nothing that has to be counted.
    case tokens(Int, isExact: Bool)
    /// The text of a stream.
    case stream(ProducedText)
    /// A whole JSON answer.
    case document([UInt8], Endpoint, any ClientDialect)

    /// Whether the text can be taken out of it in no time.
    var isQuick: Bool {
        switch self {
        case .tokens: true
        case .stream(let text): text.size <= UsageAccounting.quickAnswer
        case .document(let body, _, _): body.count <= UsageAccounting.quickAnswer
        }
    }

    /// The text, and how many times as much there was.
    func extracted() -> (text: [UInt8], factor: Double) {
        switch self {
        case .tokens: ([], 1)
        case .stream(let text): text.kept()
        case .document(let body, let endpoint, let dialect):
            (dialect.producedText(inDocument: body, endpoint: endpoint), 1)
        }
    }
}
