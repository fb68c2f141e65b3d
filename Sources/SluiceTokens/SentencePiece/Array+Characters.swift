extension [UInt8] {
    /// Calls `body` for each character of the valid UTF-8 in `place`, with its bytes as a number and where it is.
    func forEachCharacter(in place: Range<Int>, _ body: (UInt32, Range<Int>) -> Void) {
        var (start, number) = (place.lowerBound, UInt32(0))
        for offset in place {
            if self[offset] & 0xC0 != 0x80, offset > start {
                body(number, start..<offset)
                (start, number) = (offset, 0)
            }
            number = number << 8 | UInt32(self[offset])
        }
        if start < place.upperBound { body(number, start..<place.upperBound) }
    }

    /// The character that is all of `place`, if it is only one.
    func onlyCharacter(in place: Range<Int>) -> UInt32? {
        guard place.count <= 4 else { return nil }
        var (only, count) = (UInt32(0), 0)
        forEachCharacter(in: place) { number, _ in (only, count) = (number, count + 1) }
        return count == 1 ? only : nil
    }
}
