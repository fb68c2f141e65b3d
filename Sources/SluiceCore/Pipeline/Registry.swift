public import SluiceConfig

/// The parts that proxy.conf can name, by their `type`.
///
/// A registry is a value made in `main`, so what a build contains can be read there:
///
/// ```swift
/// var registry = Registry.standard
/// registry.processor("word-budget", WordBudget.init)
/// ```
///
/// An initialiser reads its own section. Keys of the section that nobody read are errors, so a misspelt key is never ignored.
public struct Registry: Sendable {
    /// Makes a part out of its section; throws `ConfigurationError` for what is wrong there.
    public typealias Make<Part> = @Sendable (Section) throws -> Part

    /// Makes a processor out of its section and what all processors share.
    public typealias MakeProcessor =
        @Sendable (Section, ProcessorEnvironment) throws -> any Processor

    private var processors: [String: MakeProcessor] = [:]
    private var providers: [String: ProviderKind] = [:]
    /// In the order they are asked.
    public private(set) var parsers: [any RequestParser] = []

    /// An empty one; `Registry.standard` has what ships with Sluice.
    public init() {}

    /// Offers a processor for `[[processors]]` sections of this type.
    public mutating func processor(
        _ type: String, _ make: @escaping @Sendable (Section) throws -> some Processor
    ) {
        processors[type] = { section, _ in try make(section) }
    }

    /// Offers a processor that is also given what is known of models, and what counts tokens.
    public mutating func processor(
        _ type: String,
        _ make: @escaping @Sendable (Section, ProcessorEnvironment) throws -> some Processor
    ) {
        processors[type] = { try make($0, $1) }
    }

    /// Offers a dialect for `[[providers]]` sections of this type.
    ///
    /// - Parameter defaultURL: the API's root for sections without `url`.
    public mutating func provider(
        _ type: String, defaultURL: String? = nil,
        _ make: @escaping @Sendable (Section) throws -> some Provider
    ) {
        providers[type] = ProviderKind(defaultURL: defaultURL) { try make($0) }
    }

    /// Adds a parser behind those that are there: the first that accepts a request takes it.
    public mutating func parser(_ parser: any RequestParser) {
        parsers.append(parser)
    }

    /// What `[[processors]]` sections may have as their `type`, sorted.
    public var processorTypes: [String] { processors.keys.sorted() }
    /// What `[[providers]]` sections may have as their `type`, sorted.
    public var providerTypes: [String] { providers.keys.sorted() }

    /// Makes the processor of a `[[processors]]` section.
    public func makeProcessor(
        _ section: Section, in environment: ProcessorEnvironment = ProcessorEnvironment()
    ) throws -> any Processor {
        try make(section, among: processors)(section, environment)
    }

    /// The dialect of a `[[providers]]` section, and where its API usually is.
    public func makeProvider(
        _ section: Section
    ) throws -> (dialect: any Provider, defaultURL: String?) {
        let kind = try make(section, among: providers)
        return (try kind.make(section), kind.defaultURL)
    }

    private func make<Part>(_ section: Section, among parts: [String: Part]) throws -> Part {
        let type = try section.choice("type", among: parts.keys.sorted())
        guard let part = parts[type] else { throw section.error("unknown type", key: "type") }
        return part
    }
}

private struct ProviderKind: Sendable {
    let defaultURL: String?
    let make: Registry.Make<any Provider>
}
