import Foundation
import Testing

@testable import Sluice

/// What is noticed of certificates and keys, one look after the other.
struct FileWatchTests {
    private let folder = FileManager.default.temporaryDirectory.path + "/watch-\(UUID().uuidString)"
    private var one: String { folder + "/one" }

    private func write(_ text: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: one), options: .atomic)
    }

    private func watch() -> FileWatch {
        var watch = FileWatch()
        watch.note([one])
        return watch
    }

    @Test func aChangeIsToldOfOnceItHasSettled() throws {
        try write("a")
        var watch = watch()
        #expect(!watch.look().haveChanged)
        try write("b")
        #expect(!watch.look().haveChanged)
        try write("c")
        #expect(!watch.look().haveChanged)
        #expect(watch.look().haveChanged)
    }

    @Test func aFileThatAppearsHasChanged() throws {
        var watch = watch()
        #expect(watch.look().vanished == [])
        try write("a")
        #expect(!watch.look().haveChanged)
        #expect(watch.look().haveChanged)
    }

    @Test func aFileThatIsGoneIsToldOfOnceAndTakenWhenItIsBack() throws {
        try write("a")
        var watch = watch()
        try FileManager.default.removeItem(atPath: one)
        // It may be being replaced.
        #expect(watch.look().vanished == [])
        #expect(watch.look().vanished == [one])
        #expect(watch.look().vanished == [])
        try write("b")
        #expect(!watch.look().haveChanged)
        #expect(watch.look().haveChanged)
        watch.note([one])
        try FileManager.default.removeItem(atPath: one)
        #expect(watch.look().vanished == [])
        #expect(watch.look().vanished == [one])
    }
}
