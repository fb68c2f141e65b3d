/// Values that are written once and then read by all threads until the process ends, or until their owner frees them.
///
/// An array would be retained, released and checked at each of several lookups per token. Here the index is checked in
/// debug builds only, which the tests are; who looks up knows why an index cannot be beyond the end.
struct Table<Element: BitwiseCopyable & Sendable>: Sendable {
    // Safety: nothing is written behind it once a table has it, and who frees it is the last that has it.
    private nonisolated(unsafe) let base: UnsafePointer<Element>
    let count: Int

    /// Takes constant memory of the program, or memory that is never freed.
    init(constant: UnsafePointer<Element>, count: Int) {
        unsafe base = constant
        self.count = count
    }

    /// Takes a copy of an array that is not empty.
    init(copying elements: [Element]) {
        var builder = TableBuilder<Element>(capacity: elements.count)
        for element in elements { builder.append(element) }
        self = builder.finish()
    }

    /// Gives back memory that a ``TableBuilder`` asked for, where an owner knows that nobody reads it any more.
    // Safety: the owner answers for that.
    func free() { unsafe UnsafeMutablePointer(mutating: base).deallocate() }

    @inline(__always)
    subscript(index: Int) -> Element {
        assert(index >= 0 && index < count, "the table has no element \(index)")
        // Safety: the caller answers for the index.
        return unsafe base[index]
    }

    /// A part of this table.
    func slice(from start: Int, count: Int) -> Table {
        precondition(start >= 0 && count >= 0 && start + count <= self.count)
        return unsafe Table(constant: base + start, count: count)
    }
}

extension Table<UInt8> {
    /// The bytes as a text, which is there as long as the process.
    var text: Text { unsafe Text(UnsafeBufferPointer(start: base, count: count)) }
}
