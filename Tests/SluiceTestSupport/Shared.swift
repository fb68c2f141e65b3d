public import Foundation

/// What lies beside the checkout and not in it: recordings, corpora, the scriptable upstream.
///
/// A test that needs a part of it is enabled only where the part is there:
///
/// ```swift
/// @Test(.enabled(if: Shared.hasUpstream, "SLUICE_SHARED has no scriptable upstream"))
/// ```
public enum Shared {
    /// The folder named by `SLUICE_SHARED`, or else `../shared` beside the package.
    public static let folder: URL = {
        if let path = ProcessInfo.processInfo.environment["SLUICE_SHARED"], !path.isEmpty {
            return URL(fileURLWithPath: path, isDirectory: true)
        }
        // Tests/SluiceTestSupport/Shared.swift is three steps below the package.
        var package = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { package.deleteLastPathComponent() }
        return package.deletingLastPathComponent().appendingPathComponent("shared")
    }()

    /// Whether `path` exists below ``folder``.
    public static func has(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: folder.appendingPathComponent(path).path)
    }

    /// The scriptable upstream's program.
    static let upstream = folder.appendingPathComponent("tools/upstream/upstream.py")

    /// The recorded streams.
    public static let streams = folder.appendingPathComponent("corpora/streams", isDirectory: true)

    /// Whether the scriptable upstream is there.
    public static let hasUpstream = has("tools/upstream/upstream.py")
}
