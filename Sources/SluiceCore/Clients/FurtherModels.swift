import SluiceJSON

/// Looks through a JSON body for the models that it names beside its `model`: to fall back to, and for tools to work with.
///
/// It knows the members that OpenAI's API and services like it have, and looks at all that are there: some readers take the first of two
/// members with the same name, some the last, and some do not look at the case of its letters.
struct FurtherModels {
    let allowed: ModelNames

    /// - Returns: the first name that is not allowed, or that of a member that cannot be understood; nil where all is well.
    func firstRefused(in body: JSONValue) -> String? {
        first(in: body) { kind, name, value in
            switch kind {
            case "tools", "plugins": first(amongElementsOf: value)
            // What clients note for themselves.
            case "metadata": nil
            default: refused(kind, name, value) ?? inObject(value)
            }
        }
    }

    /// A tool has its model beside its type, or among the `parameters` of a service's own tool.
    private func first(amongElementsOf tools: JSONValue) -> String? {
        for tool in tools.elements {
            let refused = first(in: tool) { kind, name, value in
                switch kind {
                case "parameters": inObject(value)
                // OpenRouter's asks models of its own choice.
                case "id", "type": value.string.flatMap { Self.isFusion($0) ? $0 : nil }
                default: self.refused(kind, name, value)
                }
            }
            if let refused { return refused }
        }
        return nil
    }

    private func inObject(_ value: JSONValue) -> String? { first(in: value, refused) }

    private func first(
        in object: JSONValue,
        _ refused: (_ kind: String, _ name: String, _ value: JSONValue) -> String?
    ) -> String? {
        for (name, value) in object.members where !value.isNull {
            if let refused = refused(Self.folded(name), name, value) { return refused }
        }
        return nil
    }

    private func refused(_ kind: String, _ name: String, _ value: JSONValue) -> String? {
        switch kind {
        case "model": refused(value, in: name)
        case "models", "fallback", "fallbacks": refused(amongAlternatives: value, in: name)
        // `analysis_models`, `context_window_fallbacks` and the like. Other kinds of values are other things.
        case _ where kind.hasSuffix("_model") && value.string != nil: refused(value, in: name)
        case _ where value.isArray && (kind.hasSuffix("_models") || kind.hasSuffix("_fallbacks")):
            refused(amongAlternatives: value, in: name)
        default: nil
        }
    }

    /// A name, or for some services a request of its own that has one.
    private func refused(amongAlternatives value: JSONValue, in member: String) -> String? {
        guard value.isArray else {
            return Self.folded(member) == "models"
                ? member : refused(alternative: value, in: member)
        }
        for element in value.elements {
            if let refused = refused(alternative: element, in: member) { return refused }
        }
        return nil
    }

    private func refused(alternative value: JSONValue, in member: String) -> String? {
        guard value.isObject else { return refused(value, in: member) }
        guard value.members.contains(where: { Self.folded($0.key) == "model" }) else {
            return member
        }
        return inObject(value)
    }

    private func refused(_ value: JSONValue, in member: String) -> String? {
        guard let model = value.string else { return member }
        return allowed.contains(model) ? nil : model
    }

    private static func isFusion(_ name: String) -> Bool {
        let name = folded(name)
        return name == "fusion" || name.hasSuffix(":fusion")
    }

    /// By Unicode's rules the long s is an S, and the sign for kelvin a k.
    private static func folded(_ name: String) -> String { name.uppercased().lowercased() }
}
