extension TextReader {
    /// Where `'(?:[sdmt]|ll|ve|re)` ends if it stands at `start`, or else `start`; upper case counts if `foldsCase`.
    @inline(__always)
    func contraction(at start: Int, foldsCase: Bool) -> Int {
        byte(at: start) == UInt8(ascii: "'")
            ? afterApostrophe(at: start, foldsCase: foldsCase) : start
    }

    private func afterApostrophe(at start: Int, foldsCase: Bool) -> Int {
        let fold: UInt8 = foldsCase ? 0x20 : 0
        let first = byte(at: start &+ 1)
        switch first | fold {
        case UInt8(ascii: "s"), UInt8(ascii: "d"), UInt8(ascii: "m"), UInt8(ascii: "t"):
            return start &+ 2
        case UInt8(ascii: "l"):
            return byte(at: start &+ 2) | fold == UInt8(ascii: "l") ? start &+ 3 : start
        case UInt8(ascii: "v"), UInt8(ascii: "r"):
            return byte(at: start &+ 2) | fold == UInt8(ascii: "e") ? start &+ 3 : start
        default:
            // The long s, U+017F, is an s without regard to case.
            let isLongS = foldsCase && first == 0xC5 && byte(at: start &+ 2) == 0xBF
            return isLongS ? start &+ 3 : start
        }
    }
}
