internal import SluiceConfig

/// What one alias stands for.
struct ModelAlias: Sendable {
    /// The model asked for instead; nil for an alias that only sets parameters.
    let model: String?
    let defaults: ParameterDefaults
    /// Nil: the processor's own.
    let policy: ParameterPolicy?

    /// Reads `name = "model"` or `name = { model = "model", … }`.
    init(_ name: String, in table: Section) throws {
        if case .string = try table.value(name) {
            model = try table.string(name)
            defaults = ParameterDefaults()
            policy = nil
            return
        }
        guard let section = try table.section(name) else {
            throw table.error("expected a model or a table", key: name)
        }
        model = try section.optionalString("model")
        guard model != "" else { throw section.error("must not be empty", key: "model") }
        policy = try ParameterPolicy(section)
        defaults = try ParameterDefaults(section, except: ["model", "parameters", "allowed"])
    }
}
