extension SplitPattern {
    /// Whether it is one that may look at much text for each match.
    var isRegularExpression: Bool {
        if case .regularExpression = self { true } else { false }
    }
}

extension NormalizationStep {
    var hasPattern: Bool {
        if case .replace(let pattern, _) = self { pattern.isRegularExpression } else { false }
    }
}

extension PreTokenization {
    var hasPattern: Bool {
        if case .split(let pattern, _, _) = self { pattern.isRegularExpression } else { false }
    }
}
