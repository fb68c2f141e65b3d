/// Decrypts the encrypted strings of a file, wherever they stand.
struct SealedNodes {
    /// Or why there are none.
    let keys: Result<SecretKeys, SecretsUnavailable>
    /// Told of each thing that is wrong; the work goes on, so that all of them are found.
    let report: (_ message: String, _ place: Place, _ key: String) -> Void

    static func areIn(_ node: Node) -> Bool {
        switch node {
        case .string(let text, _): SealedText.isMeant(by: text)
        case .array(let elements): elements.contains(where: areIn)
        case .table(let members): members.values.contains(where: areIn)
        default: false
        }
    }

    func open(_ members: [String: Node], at place: Place) -> [String: Node] {
        var opened: [String: Node] = [:]
        for (key, node) in members { opened[key] = open(node, at: place, key: key) }
        return opened
    }

    private func open(_ node: Node, at place: Place, key: String) -> Node {
        switch node {
        case .string(let text, let written) where SealedText.isMeant(by: text):
            do throws(SecretsUnavailable) {
                return .string(try open(text), written: written)
            } catch {
                report(error.description, place, key)
                return node
            }
        case .table(let members):
            return .table(open(members, at: place.table(key)))
        case .array(let elements):
            return .array(
                elements.enumerated().map { index, element in
                    guard case .table(let members) = element else {
                        return open(element, at: place, key: key)
                    }
                    let label = Place.label(of: members)
                    return .table(open(members, at: place.member(key, index + 1, label: label)))
                })
        default:
            return node
        }
    }

    private func open(_ text: String) throws(SecretsUnavailable) -> String {
        let sealed = try SealedText(text)
        switch keys {
        case .success(let keys): return try sealed.open(with: keys).reveal()
        case .failure(let error): throw SecretsUnavailable("is encrypted, and \(error)")
        }
    }
}
