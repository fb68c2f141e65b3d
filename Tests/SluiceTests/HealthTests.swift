import ArgumentParser
import Foundation
import Testing

@testable import Sluice

struct HealthTests {
    /// Runs `sluice health` with a file that names this address.
    private func health(_ address: String) async throws {
        let file = FileManager.default.temporaryDirectory
            .appendingPathComponent("sluice-\(UUID().uuidString).conf")
        defer { try? FileManager.default.removeItem(at: file) }
        try "[server]\nlisten = [\"\(address)\"]\n"
            .write(to: file, atomically: true, encoding: .utf8)
        let command = try HealthCommand.parse(["--config", file.path])
        // It waits for its answer on the thread that calls it.
        try await withCheckedThrowingContinuation { done in
            Thread.detachNewThread {
                done.resume(with: Result { try command.run() })
            }
        }
    }

    @Test func aRunningProxyIsFoundByItsFile() async throws {
        let proxy = try await Proxy.start(listen: [.tcp(host: "127.0.0.1", port: 0)])
        let address = try #require(proxy.addresses.first)
        try await health("\(address)".replacingOccurrences(of: "127.0.0.1", with: "0.0.0.0"))
        await proxy.stop()
        await #expect(throws: Complaint.self) { try await health("\(address)") }
    }
}
