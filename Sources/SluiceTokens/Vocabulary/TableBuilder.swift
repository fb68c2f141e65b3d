internal import Glibc

/// Memory that becomes a ``Table`` when all is written, without a copy.
struct TableBuilder<Element: BitwiseCopyable & Sendable>: ~Copyable {
    private var memory: UnsafeMutableBufferPointer<Element>
    /// How many elements there are; there may be room for more.
    private(set) var count: Int

    /// Makes room for `capacity` elements, of which there are none yet.
    init(capacity: Int) {
        unsafe memory = capacity > 0 ? Self.allocate(capacity) : .init(start: nil, count: 0)
        count = 0
    }

    /// Makes `count` elements.
    init(repeating element: Element, count: Int) {
        self.init(capacity: count)
        unsafe memory.initialize(repeating: element)
        self.count = count
    }

    deinit { unsafe memory.deallocate() }

    @inline(__always)
    subscript(index: Int) -> Element {
        get {
            assert(index >= 0 && index < count)
            // Safety: the caller answers for the index, as in a table.
            return unsafe memory[index]
        }
        set {
            assert(index >= 0 && index < count)
            // Safety: as above.
            unsafe memory[index] = newValue
        }
    }

    @inline(__always)
    mutating func append(_ element: Element) {
        if unsafe count == memory.count { grow() }
        // Safety: there is room for one more.
        unsafe memory.initializeElement(at: count, to: element)
        count &+= 1
    }

    mutating func removeLast(_ number: Int) {
        precondition(number <= count)
        count -= number
    }

    private mutating func grow() {
        // Safety: the first count elements are initialized, and there is room for twice as many.
        let larger = unsafe Self.allocate(max(2 * memory.count, 16))
        _ = unsafe larger.moveInitialize(fromContentsOf: memory[..<count])
        unsafe memory.deallocate()
        unsafe memory = larger
    }

    /// Asks for large pages, if there are enough elements to fill one: lookups are all over the table, and looking for the page
    /// would take longer than looking at it.
    private static func allocate(_ capacity: Int) -> UnsafeMutableBufferPointer<Element> {
        let (size, page) = (capacity * MemoryLayout<Element>.stride, 2 << 20)
        guard size >= page else { return .allocate(capacity: capacity) }
        let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: page)
        // Where the kernel has none it stays as it was.
        _ = unsafe madvise(memory, size, MADV_HUGEPAGE)
        return unsafe UnsafeMutableBufferPointer(
            start: memory.bindMemory(to: Element.self, capacity: capacity), count: capacity)
    }

    /// The table of these elements; their memory stays for good.
    consuming func finish() -> Table<Element> {
        guard let base = unsafe memory.baseAddress else { preconditionFailure("an empty table") }
        let table = unsafe Table(constant: UnsafePointer(base), count: count)
        discard self
        return table
    }
}
