import Foundation

/// The folder of public corpora that some tests read; they are skipped where it is missing.
enum SharedFolder {
    static let path: String = {
        if let path = ProcessInfo.processInfo.environment["SLUICE_SHARED"] { return path }
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return root.deletingLastPathComponent().appendingPathComponent("shared").path
    }()

    static func has(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: path + "/" + name)
    }

    static func bytes(of name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path + "/" + name)))
    }

    static func files(in folder: String) -> [String] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: path + "/" + folder)
        return (names ?? []).sorted().map { folder + "/" + $0 }
    }
}
