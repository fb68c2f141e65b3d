extension Text {
    /// Where the ASCII letters end that begin at `start`; only small ones, or of both cases.
    ///
    /// Eight bytes are looked at together: a loop over single ones ends where no processor can foresee it, once a word.
    @inline(__always)
    func letters(from start: Int, ofBothCases: Bool) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let fold = ofBothCases ? 0x20 &* ones : 0
        var offset = start
        while offset &+ 8 <= count {
            let word = word(at: offset, length: 8)
            // The highest bit of a byte says that the seven below are "a" or more, and then that they are more than "z".
            let low = (word | fold) & (0x7F &* ones)
            let letters = (low &+ 0x1F &* ones) & ~(low &+ 0x05 &* ones) & ~word
            let others = ~letters & (0x80 &* ones)
            if others != 0 { return offset &+ others.trailingZeroBitCount &>> 3 }
            offset &+= 8
        }
        return offset
    }
}
