/// Cuts text into the pieces that one encoding's pattern matches; together they are the whole text.
protocol Splitter {
    /// Where the piece that begins at `start`, before the end of the text, ends.
    static func end(of reader: TextReader, from start: Int) -> Int
}
