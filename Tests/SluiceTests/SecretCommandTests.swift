import Foundation
import Testing

@testable import Sluice
@testable import SluiceConfig

/// Rotating the key of a file's secrets.
struct SecretCommandTests {
    private let old = SecretKey()
    private let new = SecretKey()

    private func keys(_ keys: SecretKey...) throws -> SecretKeys {
        try SecretKeys(
            environment: [SecretKeys.variable: keys.map(\.text).joined(separator: "\n")])
    }

    private func sealed(_ text: String, _ key: SecretKey) -> String {
        SealedText(Secret(text), under: key).text
    }

    @Test func rotatingChangesTheEncryptedValuesAlone() throws {
        let (one, two, kept) = (sealed("one", old), sealed("two", old), sealed("three", new))
        let lost = sealed("lost", SecretKey())
        func text(_ one: String, _ two: String) -> String {
            "# é\r\n[[providers]]\r\n\ttoken =   \"\(one)\"  # why\nkept = '\(kept)'\n"
                + "list = [ \"x\", '\(two)', \"${HOME} enc:v1:\" ]\n#token = \"\(lost)\"\n\n\n"
        }
        let rotation = try SecretRotation(text(one, two), file: "f", keys: keys(new, old))
        #expect((rotation.rotated, rotation.kept) == (2, 1))
        let found = rotation.text.matches(of: /enc:v1:[^"' ]+/).map { String($0.0) }
        let renewed = found.filter { $0 != kept && $0 != lost && $0.count > 10 }
        #expect(renewed.count == 2)
        #expect(rotation.text == text(renewed[0], renewed[1]))
        let plain = try renewed.map { try SealedText($0).open(with: keys(new)).reveal() }
        #expect(plain == ["one", "two"])
        let again = try SecretRotation(rotation.text, file: "f", keys: keys(new))
        #expect((again.rotated, again.kept) == (0, 3))
        #expect(again.text == rotation.text)
    }

    @Test func aValueThatCannotBeDecryptedStopsIt() throws {
        let lost = SecretKey()
        let text =
            "a = 1\nb = \"\(sealed("canary", lost))\"\nc = \"\(sealed("x", old).dropLast(4))\"\n"
        let error = #expect(throws: ConfigurationErrors.self) {
            try SecretRotation(text, file: "f", keys: keys(new, old))
        }
        #expect(
            error?.description == """
                f:2: an encrypted value needs the secret key \(lost.id); here is \(new.id), \(old.id)
                f:3: an encrypted value breaks off before its end
                """)
    }

    @Test func aFileIsReplacedInOneStepWithItsMode() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "proxy.conf")
        let link = folder.appending(path: "link.conf")
        try Data("old".utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file.path)
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: file)
        let replaced = try ReplacedFile(link.path)
        #expect(replaced.text == "old")
        try replaced.replace(with: "new")
        #expect(try String(contentsOf: file, encoding: .utf8) == "new")
        let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
        #expect(attributes[.posixPermissions] as? Int == 0o640)
        let target = try FileManager.default.destinationOfSymbolicLink(atPath: link.path)
        #expect(target.hasSuffix("proxy.conf"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
    }

    @Test func theKeysOfAFileNeedNothingElseOfIt() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "proxy.conf").path
        try Data("a = \"${NOT_SET}\"\nb = \"\(sealed("x", SecretKey()))\"\n".utf8)
            .write(to: URL(fileURLWithPath: file))
        let found = try Configuration.secretKeys(
            of: file, environment: [SecretKeys.variable: "\(new.text), \(old.text)"])
        #expect(found.ids == [new.id, old.id])
        let error = #expect(throws: ConfigurationErrors.self) {
            try Configuration.secretKeys(of: file, environment: [:])
        }
        #expect(error?.description.contains("SLUICE_SECRET_KEY is not set") == true)
    }
}
