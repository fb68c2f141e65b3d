/// A request on its way through the processors.
struct RequestUnderWay: Sendable {
    var request: ProxyRequest
    /// Of the processors that have seen it, the last one's first.
    var stages: [any ResponseStage] = []
    /// How many processors have seen it.
    var processed = 0

    init(_ request: ProxyRequest) {
        self.request = request
    }
}
