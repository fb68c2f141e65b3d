internal import Synchronization

/// That somebody was told of an error in a section and stopped reading, so its unread keys mean nothing any more.
final class SectionFailure: Sendable {
    private let around: SectionFailure?
    private let flag = Atomic<Bool>(false)

    /// - Parameter around: of the section around, which breaks off too.
    init(around: SectionFailure?) {
        self.around = around
    }

    var isNoted: Bool { flag.load(ordering: .relaxed) }

    func note() {
        flag.store(true, ordering: .relaxed)
        around?.note()
    }
}
