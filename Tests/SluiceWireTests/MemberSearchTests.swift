import SluiceWire
import Testing

struct MemberSearchTests {
    private let search = MemberSearch("ue")

    /// All that a search finds, each time from the last find on.
    private func finds(_ bytes: [UInt8]) -> [Int] {
        var found: [Int] = []
        while let next = search.next(in: bytes.span, from: found.last ?? 0) { found.append(next) }
        return found
    }

    @Test func aNameIsFoundWhereverItStands() {
        for length in 0...70 {
            for place in 0..<max(0, length - 1) {
                var bytes = [UInt8](repeating: 0x61, count: length)
                (bytes[place], bytes[place + 1]) = (0x22, place % 2 == 0 ? 0x75 : 0x65)
                #expect(finds(bytes) == [place + 1])
            }
        }
    }

    @Test(arguments: 0...70) func namesSideBySideAreAllFound(length: Int) {
        let bytes = (0..<length).map { UInt8($0 % 2 == 0 ? 0x22 : 0x75) }
        #expect(finds(bytes) == (0..<length).filter { $0 % 2 == 1 })
    }

    @Test func otherLettersAndLoneQuotesAreNotFound() {
        #expect(finds(Array(#"{"a":"x","b":1,u"","":"q","z":"w" ,"k":"v"}"#.utf8)).isEmpty)
    }
}
