internal import SluiceCore
internal import SluiceJSON

/// Drops the oldest turns of a conversation. A turn is what a user says, in one message or several, with all that answers it, calls of
/// tools and their results included: what belongs together goes together. System and developer messages stay, and so does the last turn.
struct TurnTrim {
    /// The tokens of each message.
    private let counts: [Int]

    init(_ counts: [Int]) {
        self.counts = counts
    }

    /// - Parameter excess: how many tokens have to go.
    /// - Returns: whether turns went. Where all that may go is not enough, the request stays as it is.
    func trim(_ request: inout ProxyRequest, excess: Int) -> Bool {
        guard let list = PromptForm(request.endpoint)?.list,
            case .json(var document) = request.body,
            let kept = kept(document, list, excess)
        else { return false }
        // The request must not hold the document while it is edited: it would be copied.
        request.body = .none
        write(kept, list, to: &document)
        request.body = .json(document)
        return true
    }

    /// Which messages stay; nil where too many would.
    private func kept(_ document: JSONDocument, _ list: String, _ excess: Int) -> [Bool]? {
        let roles = roles(document, list)
        let starts = starts(of: roles)
        guard roles.count == counts.count, let last = starts.last else { return nil }
        var kept = [Bool](repeating: true, count: roles.count)
        var dropped = 0
        var turn = starts[...]
        for index in 0..<last {
            if turn.first == index {
                if dropped >= excess { break }
                turn.removeFirst()
            }
            guard roles[index] != .system else { continue }
            kept[index] = false
            dropped += counts[index]
        }
        return dropped >= excess ? kept : nil
    }

    private enum Role { case system, user, other }

    /// Where turns begin.
    private func starts(of roles: [Role]) -> [Int] {
        var starts: [Int] = []
        var isUserSpeaking = false
        for (index, role) in roles.enumerated() where role != .system {
            if role == .user, !isUserSpeaking { starts.append(index) }
            isUserSpeaking = role == .user
        }
        return starts
    }

    private func roles(_ document: JSONDocument, _ list: String) -> [Role] {
        var roles: [Role] = []
        guard let place = document.place(list, in: JSONDocument.rootPlace) else { return [] }
        document.forEachElement(at: place) { message in
            guard let role = document.place("role", in: message) else {
                return roles.append(.other)
            }
            let isSystem =
                document.isString("system", at: role) || document.isString("developer", at: role)
            roles.append(isSystem ? .system : document.isString("user", at: role) ? .user : .other)
        }
        return roles
    }

    private func write(_ kept: [Bool], _ list: String, to document: inout JSONDocument) {
        guard let first = kept.firstIndex(of: false) else { return }
        let end = kept[first...].firstIndex(of: true) ?? kept.endIndex
        if kept[end...].allSatisfy({ $0 }) {
            document.removeElements(first..<end, from: [list])
        } else {
            // A message for each gap: one pass, where edits of each gap could take time with the square of their number.
            var writer = JSONWriter(capacity: document.count)
            writer.array { writer in
                guard let messages = document.root[list] else { return }
                for (message, stays) in zip(messages.elements, kept) where stays {
                    writer.value(message)
                }
            }
            document.set(list, to: .raw(writer.bytes))
        }
    }
}
