import Foundation
import SluiceTestSupport
import Testing

@testable import SluiceServer

@Suite(.enabled(if: CertificateFolder.isPossible, "needs openssl"))
struct CertificateTests {
    let folder: CertificateFolder

    init() throws {
        folder = try CertificateFolder()
        try folder.make("one", for: "DNS:One.example,IP:127.0.0.1,IP:::1")
    }

    private func reason(_ file: String, _ key: String) -> String {
        do {
            _ = try ServerCertificate(file: file, keyFile: key)
            return "accepted"
        } catch {
            return "\(error.place.rawValue): " + error.reason.replacing(folder.path + "/", with: "")
        }
    }

    @Test func namesAndKindAreRead() throws {
        let one = try folder.certificate("one")
        #expect(one.names == ["one.example", "127.0.0.1", "0:0:0:0:0:0:0:1"])
        #expect(one.keyType == "ECDSA 256")
        #expect(one.complaint(at: one.begins) == nil)
        #expect(one.complaint(at: one.begins - 1)?.hasPrefix("not valid before ") == true)
        #expect(one.complaint(at: one.ends)?.hasPrefix("expired on ") == true)
        let shown = "one.example, 127.0.0.1, 0:0:0:0:0:0:0:1 (ECDSA 256), "
        #expect(one.summary(at: one.begins).hasPrefix(shown + "expires on 20"))
        #expect(one.summary(at: one.ends).hasPrefix(shown + "expired on 20"))
        #expect(one.summary(at: one.begins - 1).hasPrefix(shown + "not valid before 20"))
    }

    @Test func aWrongKeyIsNamed() throws {
        try folder.make("two", for: "DNS:two.example")
        #expect(
            reason(folder.file("one"), folder.key("two"))
                == "key: two.key is not the key of the certificate in one.pem")
        try folder.make("rsa", for: "DNS:two.example", key: .rsa)
        #expect(
            reason(folder.file("one"), folder.key("rsa"))
                == "key: rsa.key is not the key of the certificate in one.pem")
    }

    @Test func whatCannotBeReadIsNamed() throws {
        #expect(
            reason(folder.file("none"), folder.key("one")) == "certificate: none.pem cannot be read"
        )
        #expect(reason(folder.file("one"), folder.key("none")) == "key: none.key cannot be read")
    }

    @Test func whatIsNoFileIsNotWaitedFor() throws {
        let pipe = folder.path + "/pipe"
        try #require(mkfifo(pipe, 0o600) == 0)
        #expect(reason(pipe, folder.key("one")) == "certificate: pipe is no regular file")
        #expect(
            reason(folder.file("one"), "/dev/zero") == "key: /dev/zero is no regular file")
        let large = Array(repeating: UInt8(ascii: "x"), count: ServerCertificate.sizeLimit + 1)
        try Data(large).write(to: URL(fileURLWithPath: folder.file("large")))
        #expect(
            reason(folder.file("large"), folder.key("one"))
                == "certificate: large.pem has more than 1048576 bytes")
    }

    @Test func whatIsNoCertificateOrKeyIsNamed() throws {
        #expect(
            reason(folder.key("one"), folder.key("one"))
                == "certificate: one.key has no certificate in PEM form, or a broken one")
        #expect(
            reason(folder.file("one"), folder.file("one"))
                == "key: one.pem has no private key in PEM form, or one that needs a password")
        let whole = try String(contentsOfFile: folder.file("one"), encoding: .utf8)
        try String(whole.dropLast(60)).write(
            toFile: folder.file("cut"), atomically: true, encoding: .utf8)
        #expect(
            reason(folder.file("cut"), folder.key("one"))
                == "certificate: cut.pem has no certificate in PEM form, or a broken one")
        // The second of a chain counts too.
        try (whole + whole.dropLast(60)).write(
            toFile: folder.file("chain"), atomically: true, encoding: .utf8)
        #expect(
            reason(folder.file("chain"), folder.key("one"))
                == "certificate: chain.pem has no certificate in PEM form, or a broken one")
    }

    @Test func aKeyWithAPasswordIsRefusedWithoutAsking() throws {
        try folder.openssl("ec -in one.key -aes128 -passout pass:secret -out locked.key")
        #expect(
            reason(folder.file("one"), folder.key("locked"))
                == "key: locked.key has no private key in PEM form, or one that needs a password")
    }

    @Test func aWeakKeyIsRefused() throws {
        try folder.openssl(
            "req -x509 -newkey rsa:1024 -nodes -days 2 -subj /CN=weak -keyout weak.key -out weak.pem"
        )
        #expect(
            reason(folder.file("weak"), folder.key("weak"))
                == "certificate: weak.pem cannot be used: ee key too small")
    }

    @Test func namesChooseAmongCertificates() throws {
        try folder.make("rsa", for: "DNS:one.example", key: .rsa)
        try folder.make("wild", for: "DNS:*.one.example,DNS:deep.one.example")
        try folder.make("deep", for: "DNS:deep.one.example,DNS:*.two.example")
        let store = CertificateStore(
            try ["one", "rsa", "wild", "deep"].map { try folder.certificate($0) })
        func chosen(_ name: String) -> [String]? {
            store.certificates(for: name)?.map {
                ($0.file as NSString).lastPathComponent.replacing(".pem", with: "")
            }
        }
        #expect(chosen("one.example") == ["one", "rsa"])
        #expect(chosen("ONE.Example") == ["one", "rsa"])
        #expect(chosen("a.one.example") == ["wild"])
        #expect(chosen("deep.one.example") == ["wild"])
        #expect(chosen("x.two.example") == ["deep"])
        #expect(chosen("x.y.two.example") == nil)
        #expect(chosen("two.example") == nil)
        #expect(chosen(".one.example") == nil)
        #expect(chosen("") == nil)
        #expect(chosen("localhost") == nil)
        #expect(store.standard.count == 2)
    }
}
