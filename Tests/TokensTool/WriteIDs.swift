import Foundation
import SluiceTokens

/// Reads texts, each after its length, and writes for each the number of its ids, what counting says, and the ids. Numbers
/// have four bytes, the lowest first.
func writeIDs(of name: String) throws {
    let tokenizer = try tokenizer(named: name)
    let input = FileHandle.standardInput
    while let head = try input.read(upToCount: 4), head.count == 4 {
        let length = Int(number(in: head))
        let text = length == 0 ? Data() : try input.read(upToCount: length) ?? Data()
        guard text.count == length else { fail("the input ends inside a text") }
        var ids: [UInt32] = []
        tokenizer.encode([UInt8](text).span, into: &ids)
        let numbers = [UInt32(ids.count), UInt32(tokenizer.count([UInt8](text).span))] + ids
        try FileHandle.standardOutput.write(
            contentsOf: numbers.reduce(into: Data()) { append($1, to: &$0) })
    }
}

private func number(in data: Data) -> UInt32 {
    data.reversed().reduce(0) { $0 << 8 | UInt32($1) }
}

private func append(_ number: UInt32, to data: inout Data) {
    for shift in [0, 8, 16, 24] { data.append(UInt8(truncatingIfNeeded: number >> UInt32(shift))) }
}
