/// Why bytes are not a JSON document that we take.
///
/// The message names the reason and the place and never repeats the input, so it may be shown to a
/// client.
public struct JSONError: Error, Sendable, Equatable {
    /// What kind of fault it is.
    public enum Reason: Sendable, Equatable, CaseIterable {
        /// The text breaks the grammar of RFC 8259.
        case syntax
        /// Brackets are nested deeper than allowed.
        case depth
        /// The text is longer than an index can address (4 GiB).
        case tooLarge
        /// There are more values than allowed.
        case tooManyValues
        /// The text is not UTF-8 (RFC 8259, section 8.1).
        case invalidUTF8
        /// There is nothing, or nothing but white space.
        case empty
        /// A whole value is followed by something else than white space.
        case trailingBytes
        /// The index could not be allocated.
        case outOfMemory
    }

    /// What kind of fault it is.
    public let reason: Reason
    /// The byte at which it shows, counted from 0. For a string that nothing closes, its opening
    /// quote.
    public let offset: Int

    /// Makes an error.
    ///
    /// - Parameters:
    ///   - reason: What kind of fault it is.
    ///   - offset: The byte at which it shows, counted from 0.
    public init(reason: Reason, offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    /// A fixed sentence with the offset.
    public var message: String {
        switch reason {
        case .syntax: "The JSON is malformed at byte \(offset)."
        case .depth: "The JSON is nested too deeply at byte \(offset)."
        case .tooLarge: "The JSON is too large."
        case .tooManyValues: "The JSON holds too many values at byte \(offset)."
        case .invalidUTF8: "The JSON is not valid UTF-8 at byte \(offset)."
        case .empty: "The JSON is empty."
        case .trailingBytes: "The JSON is followed by other bytes at byte \(offset)."
        case .outOfMemory: "The JSON could not be read for lack of memory."
        }
    }
}

extension JSONError: CustomStringConvertible {
    /// The same as ``message``.
    public var description: String { message }
}
