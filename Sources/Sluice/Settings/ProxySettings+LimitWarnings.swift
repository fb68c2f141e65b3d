internal import SluiceConfig
internal import SluiceProcessors

extension ProxySettings {
    /// What stands in the file and will not do what whoever wrote it may think, as far as limits and prices go.
    var limitWarnings: [String] {
        var warnings: [String] = []
        let limits = processors.compactMap { $0 as? RateLimits }
        let havePrices = models.contains { $0.facts.prices != nil }
        for section in limits {
            let place = "rate-limits \(section.name)"
            if section.rules.haveBudget, section.refusesUnpriced, !havePrices {
                warnings.append("\(place): no [[models]] has a price, so its budget refuses all")
            }
            for key in section.idleKeys {
                let need = key == "unpriced" ? "a budget" : "tokens_per_minute or a budget"
                warnings.append("\(place): \(key) has no effect without \(need)")
            }
        }
        if redis == nil, limits.contains(where: { $0.rules.haveBudget }) {
            warnings.append(
                "what was spent of budgets is counted in memory, and forgotten at a restart; [redis] keeps it"
            )
        }
        if redis != nil, limits.isEmpty {
            warnings.append("nothing uses [redis]: there is no rate-limits section")
        }
        return warnings + tokenWarnings + priceWarnings
    }

    private var tokenWarnings: [String] {
        var warnings: [String] = []
        let haveWindows = models.contains { $0.facts.contextWindow != nil }
        let rewriting = processors.lastIndex { $0 is RewriteModel }
        for (index, processor) in processors.enumerated() {
            guard let limits = processor as? TokenLimits else { continue }
            let place = "processor \(index + 1), token-limits"
            if let rewriting, index < rewriting {
                warnings.append(
                    "\(place): it stands before rewrite-model, and sees the names that clients use"
                )
            }
            if limits.needsModelsWindow, !haveWindows {
                warnings.append(
                    "\(place): context_window has no effect, no [[models]] has a window")
            }
        }
        return warnings
    }

    /// One section tells all about a model: a price in that with a shorter pattern is none of it.
    private var priceWarnings: [String] {
        let general = models.filter { $0.provider == nil }
        return general.filter { $0.facts.prices == nil }.compactMap { model in
            let priced = general.first { other in
                other.facts.prices != nil && other.name.hasSuffix("*") && other.name != model.name
                    && model.name.hasPrefix(other.name.dropLast())
            }
            return priced.map {
                "model \(model.name) has no price: that of \($0.name) does not hold for it"
            }
        }
    }
}
