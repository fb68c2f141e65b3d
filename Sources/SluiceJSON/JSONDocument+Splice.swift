internal import CSluiceJSON

/// Replaces a stretch of text and the entries that describe it.
struct JSONSplice {
    /// The bytes that go.
    var text: Range<Int>
    /// What comes in their place, commas and colons included.
    var replacement: [UInt8] = []
    /// The tape entries that go.
    var entries: Range<Int>
    /// What comes in their place; offsets count from the beginning of `replacement`, indexes from
    /// 0.
    var newEntries: JSONTape = []
}

extension JSONDocument {
    /// Applies a splice: one move of the bytes behind it, and one pass over the index.
    ///
    /// - Returns: `false` if the text would become longer than an index can address.
    mutating func apply(_ splice: JSONSplice) -> Bool {
        let growth = splice.replacement.count - splice.text.count
        guard bytes.count + growth < Int(UInt32.max) else { return false }
        let added = splice.newEntries.count - splice.entries.count
        for index in 0..<splice.entries.lowerBound {
            // Only the brackets around the edit have it strictly inside.
            let entry = tape[index]
            guard entry.start < splice.text.lowerBound, entry.end > splice.text.upperBound else {
                continue
            }
            tape[index].end = entry.end.moved(by: growth)
            tape[index].next = entry.next.moved(by: added)
        }
        for index in splice.entries.upperBound..<tape.count {
            tape[index].move(bytes: growth, entries: added)
        }
        var newEntries = splice.newEntries
        for index in newEntries.indices {
            newEntries[index].move(
                bytes: splice.text.lowerBound, entries: splice.entries.lowerBound)
        }
        tape.replaceSubrange(splice.entries, with: newEntries)
        bytes.replaceSubrange(splice.text, with: splice.replacement)
        return true
    }
}

extension JSONEntry {
    mutating func move(bytes: Int, entries: Int) {
        start = start.moved(by: bytes)
        end = end.moved(by: bytes)
        next = next.moved(by: entries)
    }
}

extension UInt32 {
    fileprivate func moved(by distance: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: Int(self) + distance)
    }
}
