// Gives the tokenizers to scripts in other languages: see scripts/compare-tokens and scripts/bench-tokens.
//
//   SluiceTokensTool ids NAME              texts from the standard input, their ids to the standard output
//   SluiceTokensTool measure NAME N FILE   N rounds of counting and of encoding FILE, the seconds of a round in a line
//   SluiceTokensTool load NAME             how many seconds the first use takes
//
// A name with a slash is the path of a tokenizer.json.

import Foundation
import SluiceTokens

func fail(_ message: String) -> Never {
    FileHandle.standardError.write(Data((message + "\n").utf8))
    exit(2)
}

/// The tokenizer of that name or, where a slash is in it, in the file of that path.
func tokenizer(named name: String) throws -> any Tokenizer {
    name.contains("/") ? try Tokenizers.read(file: name) : try Tokenizers.named(name)
}

let arguments = CommandLine.arguments.dropFirst()
guard let mode = arguments.first, let name = arguments.dropFirst().first else {
    fail("usage: SluiceTokensTool ids|measure|load NAME …")
}
switch mode {
case "ids": try writeIDs(of: name)
case "measure": try measure(Array(arguments.dropFirst(2)), by: name)
case "load": try load(name)
default: fail("unknown mode \(mode)")
}
