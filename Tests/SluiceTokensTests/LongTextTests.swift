import SluiceTokens
import Testing

/// A million bytes of what makes merging by pairs slow: time is linear in the length, whatever the text.
@Suite struct LongTextTests {
    struct Run: Sendable, CustomTestStringConvertible {
        var unit: String
        /// Of `cl100k_base`, `o200k_base` and `p50k_base`, by tiktoken where it gets to an end.
        var counts: [Int]

        var testDescription: String { unit.debugDescription }
    }

    static let runs = [
        Run(unit: "a", counts: [125_000, 125_000, 250_000]),
        Run(unit: "ab", counts: [500_000, 250_000, 500_000]),
        Run(unit: " ", counts: [7813, 7813, 62_500]),
        Run(unit: "\n", counts: [31_250, 62_500, 500_000]),
        Run(unit: "=", counts: [15_625, 15_625, 15_625]),
        Run(unit: "0", counts: [333_334, 333_334, 62_500]),
        Run(unit: "\u{200D}", counts: [666_666, 333_333, 666_666]),
        Run(unit: "\u{301}", counts: [500_000, 500_000, 1_000_000]),
        Run(unit: "中", counts: [333_333, 333_333, 333_333]),
    ]

    @Test(
        "A million bytes of one unit are counted in linear time", .timeLimit(.minutes(2)),
        arguments: runs)
    func runsAreLinear(_ run: Run) throws {
        let text = String(repeating: run.unit, count: 1_000_000 / run.unit.utf8.count)
        for (name, expected) in zip(EncodingCase.names, run.counts) {
            #expect(try Tokenizers.named(name).count(text) == expected, "\(name)")
        }
    }
}
