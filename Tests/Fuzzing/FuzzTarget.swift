/// What can be fuzzed, by the names that `scripts/fuzz` takes.
enum FuzzTarget: String, CaseIterable {
    case requestHead = "request-head"
    case responseHead = "response-head"
    case body
    case events
    case json
    case usage
    case answer
    case requests
    case configuration
    case tokenizer

    /// Traps where a property does not hold for an input.
    func check(_ input: [UInt8]) {
        switch self {
        case .requestHead: checkRequestHead(input)
        case .responseHead: checkResponseHead(input)
        case .body: checkBody(input)
        case .events: checkEvents(input)
        case .json: checkJSON(input)
        case .usage: checkUsage(input)
        case .answer: checkAnswer(input)
        case .requests: checkRequests(input)
        case .configuration: checkConfiguration(input)
        case .tokenizer: checkTokenizer(input)
        }
    }
}
