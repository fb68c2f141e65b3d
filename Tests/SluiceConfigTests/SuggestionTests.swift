import Testing

@testable import SluiceConfig

@Suite struct SuggestionTests {
    @Test(
        arguments: [
            ("listn", "listen"), ("lsiten", "listen"), ("Listen", "listen"),
            ("header-timeout", "header_timeout"), ("headertimeout", "header_timeout"),
            ("url", nil), ("xyz", nil), ("loop", "loops"), ("", nil),
            ("header", "header_timeout"), ("loops_per_core", "loops"), ("lo", nil), ("bo", nil),
        ] as [(String, String?)])
    func theNearestKeyIsFoundIfItIsNear(_ word: String, _ expected: String?) {
        let keys = ["listen", "loops", "header_timeout", "body_timeout"]
        #expect(EditDistance.nearest(to: word, among: keys) == expected)
    }

    @Test func aSwapOfNeighboursIsOneSlip() {
        #expect(EditDistance.between("abcd", "abdc") == 1)
        #expect(EditDistance.between("", "abc") == 3)
        #expect(EditDistance.between("kitten", "sitting") == 3)
    }
}
