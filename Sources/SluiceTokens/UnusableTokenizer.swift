/// Why no tokenizer can be made of a file; the description goes behind the file's name.
struct UnusableTokenizer: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
