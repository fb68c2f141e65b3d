/// Everything that could be found wrong with a configuration, in the order of the file where lines are known.
public struct ConfigurationErrors: Error, Sendable, Equatable, CustomStringConvertible {
    /// The single errors; never empty when this value is thrown.
    public private(set) var errors: [ConfigurationError]

    /// Makes a list of errors.
    public init(_ errors: [ConfigurationError] = []) {
        self.errors = errors
    }

    /// Whether nothing has been found so far.
    public var isEmpty: Bool { errors.isEmpty }

    /// One line per error.
    public var description: String {
        errors.map(\.description).joined(separator: "\n")
    }

    /// Runs one step and keeps what it finds wrong, so that the next step can be tried as well.
    ///
    /// - Returns: what `step` returns, or nil when it threw a configuration error.
    /// - Throws: errors that are not about the configuration, unchanged.
    public mutating func attempt<Result>(_ step: () throws -> Result) throws -> Result? {
        do {
            return try step()
        } catch let error as ConfigurationError {
            append(error)
        } catch let list as ConfigurationErrors {
            for error in list.errors { append(error) }
        }
        return nil
    }

    /// Adds one error, unless the very same is there already.
    public mutating func append(_ error: ConfigurationError) {
        if !errors.contains(error) { errors.append(error) }
    }

    /// Ends the collecting: throws when there is anything to report.
    ///
    /// - Throws: this list, sorted by line.
    public func throwIfAny() throws {
        guard !errors.isEmpty else { return }
        var sorted = self
        // An error without a line keeps its place behind those with one; the sort is stable.
        sorted.errors.sort { ($0.line ?? .max) < ($1.line ?? .max) }
        throw sorted
    }
}
