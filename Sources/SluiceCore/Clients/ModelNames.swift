/// Names of models, and beginnings of names.
package struct ModelNames: Sendable {
    private let exact: Set<String>
    private let beginnings: [String]

    package init(_ names: [String]) {
        exact = Set(names.filter { !$0.hasSuffix("*") })
        beginnings = names.filter { $0.hasSuffix("*") }.map { String($0.dropLast()) }
    }

    package func contains(_ model: String) -> Bool {
        exact.contains(model) || beginnings.contains { model.hasPrefix($0) }
    }
}
