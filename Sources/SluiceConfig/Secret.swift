/// A string that must not be seen: a key, a token, a password.
///
/// Printing, interpolating, dumping or mirroring it gives `<secret>`; only ``reveal()`` gives the text, so that a search
/// for that word finds every place where a secret leaves. It is not `Equatable`: `==` on credentials tells an attacker
/// by its timing how far a guess was right.
public struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    private let text: String

    /// Hides a string.
    public init(_ text: String) {
        self.text = text
    }

    /// The hidden string. Call it where the credential is used and keep the result nowhere.
    public func reveal() -> String { text }

    /// Always `<secret>`.
    public var description: String { "<secret>" }
    /// Always `<secret>`.
    public var debugDescription: String { "<secret>" }
    /// A mirror without children, so that `dump` shows nothing.
    public var customMirror: Mirror { Mirror(self, children: [], displayStyle: .struct) }
}
