internal import SluiceCore
internal import SluiceJSON
internal import SluiceWire

/// Puts the name that the client used in place of the provider's, in every event and in whole answers.
struct RestoreModelName: ResponseStage {
    private let name: String

    init(_ name: String) {
        self.name = name
    }

    var interest: ResponseInterest { [.events, .document] }

    func event(_ event: ServerSentEvent) -> EventEdit {
        guard let data = renamed(event.data) else { return .keep }
        var event = event
        event.data = data
        return .replace([event])
    }

    func document(_ body: inout [UInt8]) {
        if let renamed = renamed(body) { body = renamed }
    }

    /// Nil where nothing names a model. Events of the responses API have it inside `response`.
    private func renamed(_ text: [UInt8]) -> [UInt8]? {
        guard var document = try? JSONDocument(parsing: text) else { return nil }
        var isChanged = false
        for path in [["model"], ["response", "model"]] {
            guard let value = document.value(at: path)?.string, value != name else { continue }
            isChanged = document.set(path, to: .string(name)) || isChanged
        }
        return isChanged ? document.bytes : nil
    }
}
