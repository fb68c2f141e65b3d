internal import Synchronization

/// One table of a configuration file, read key by key.
///
/// A section remembers which keys were asked for. What nobody asked for is an error at the end
/// (``rejectUnreadKeys()``), so a misspelt key never goes unnoticed. Reading a key means calling a method named after
/// its type: with a default the key may be absent, `optional…` gives nil for an absent key, and the bare form needs it.
/// All methods throw ``ConfigurationError``.
///
/// ```swift
/// init(_ section: Section) throws {
///     limit = try section.int("max_words", default: 1_000, in: 1...1_000_000)
///     message = try section.string("message", default: "Too long.")
/// }
/// ```
public final class Section: Sendable {
    /// What all sections of one file share.
    struct Source: Sendable {
        var file: String?
        var lines = LineIndex()
        var baseDirectory = "."
        let files = NamedFiles()
    }

    private struct State {
        var asked: Set<String> = []
        var children: [String: [Section]] = [:]
    }

    let members: [String: Node]
    let place: Place
    let source: Source
    /// Here and not in the section around: that holds its children, and neither would ever be freed if they held it.
    private let failure: SectionFailure
    private let state = Mutex(State())

    init(members: [String: Node], place: Place, parent: Section?, source: Source) {
        self.members = members
        self.place = place
        // The top level's sections are read one by one.
        let isFirst = parent?.place.components.isEmpty ?? true
        failure = SectionFailure(around: isFirst ? nil : parent?.failure)
        self.source = source
    }

    /// The last part of the section's header: `server`, `providers`; empty at the top level.
    public var name: String {
        place.components.last { !$0.hasPrefix("#") } ?? ""
    }

    /// The section as errors show it: `[server]`, `[[providers]] #2 (openai)`; empty at the top level.
    public var path: String { place.shown }

    /// The folder to which relative paths in this file refer.
    public var baseDirectory: String { source.baseDirectory }

    /// The files that were asked for, here or in any other section.
    package var namedFiles: NamedFiles { source.files }

    /// Tells one content of each key from another, variables and secrets included, without holding on to any.
    package var digests: [String: Int] { members.mapValues(\.hashValue) }

    /// The keys that the file has here, sorted. Asking for this counts as reading none of them.
    public var keys: [String] { members.keys.sorted() }

    /// Whether the file has this key. It counts as asked for.
    public func contains(_ key: String) -> Bool { node(key) != nil }

    /// Makes an error about this section, for rules that the reading methods do not know.
    ///
    /// - Parameters:
    ///   - message: what is wrong, without the place: `"must be below 'max'"`. Never quote a credential.
    ///   - key: the key at fault, or nil for the section as a whole.
    ///   - suggestion: what to do instead.
    public func error(_ message: String, key: String? = nil, suggestion: String? = nil)
        -> ConfigurationError
    {
        markFailed()
        return ConfigurationError(
            message, file: source.file, section: place.shown, key: key,
            line: source.lines.line(of: place.components + (key.map { [$0] } ?? [])),
            suggestion: suggestion)
    }

    /// Makes an error about a place in this file, whatever section it belongs to.
    func error(_ message: String, at place: Place, key: String) -> ConfigurationError {
        ConfigurationError(
            message, file: source.file, section: place.shown, key: key,
            line: source.lines.line(of: place.components + [key]))
    }

    /// The value under a key, which now counts as asked for.
    func node(_ key: String) -> Node? {
        _ = state.withLock { $0.asked.insert(key) }
        return members[key]
    }

    /// The sections under a key, made once so that every caller marks the same ones.
    func children(_ key: String, make: () -> [Section]) -> [Section] {
        if let children = state.withLock({ $0.children[key] }) { return children }
        let made = make()
        return state.withLock { state in
            if let children = state.children[key] { return children }
            state.children[key] = made
            return made
        }
    }

    /// The first half of every unknown-key check: what was asked for, what was opened, whether it means anything.
    func progress() -> (asked: Set<String>, children: [Section], hasFailed: Bool) {
        state.withLock { ($0.asked, $0.children.values.flatMap { $0 }, failure.isNoted) }
    }

    /// An error that leaves an initialiser leaves those of the sections around it too, up to the top level, where the
    /// sections are read one by one.
    func markFailed() {
        failure.note()
    }
}
