import Foundation

/// The shared corpora, which are not part of this package: `SLUICE_SHARED` names their folder, else it
/// is looked for beside the package.
enum Corpus {
    static let root: URL? = {
        let beside = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "shared")
        let named = ProcessInfo.processInfo.environment["SLUICE_SHARED"].map {
            URL(filePath: $0)
        }
        let folder = (named ?? beside).appending(path: "corpora")
        return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
    }()

    static var isPresent: Bool { root != nil }

    /// Decodes the corpora's snake_case keys.
    static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }

    static func data(_ path: String) throws -> Data {
        guard let root else { throw CocoaError(.fileNoSuchFile) }
        return try Data(contentsOf: root.appending(path: path))
    }
}

/// Text or bytes, as the corpora spell them.
struct Spelled: Decodable {
    var text: String?
    var base64: Data?

    var bytes: [UInt8] { text.map { Array($0.utf8) } ?? base64.map { Array($0) } ?? [] }
}

/// One message that a case expects.
struct ExpectedMessage: Decodable {
    var method: String?
    var target: Spelled?
    var version: String?
    var headers: [Header]?
    var body: Spelled?
    var headersComplete: Bool?

    struct Header: Decodable {
        var name: String
        var value: Spelled

        init(from decoder: any Decoder) throws {
            var list = try decoder.unkeyedContainer()
            name = try list.decode(String.self).lowercased()
            value = try list.decode(Spelled.self)
        }
    }
}
