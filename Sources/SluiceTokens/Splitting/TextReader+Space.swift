/// White space as a run, and where in it something is.
struct SpaceRun {
    /// Where the run ends.
    var end: Int
    /// Where its last character begins.
    var last: Int
    /// Where its last line end ends; zero if it has none.
    var lineEnd = 0
}

extension TextReader {
    /// The white space that begins at `start` with at least one character.
    func spaces(from start: Int) -> SpaceRun {
        var run = SpaceRun(end: start, last: start)
        while run.end < text.count {
            let (kind, end) = character(at: run.end)
            guard CharacterClass.space.contains(kind) else { break }
            run.last = run.end
            run.end = end
            if kind == .lineEnd { run.lineEnd = end }
        }
        return run
    }

    /// The end of `\s+(?!\S)|\s`, of which the first leaves the last character to what follows.
    func spacesBeforeText(_ run: SpaceRun, from start: Int) -> Int {
        run.end == text.count || run.last == start ? run.end : run.last
    }
}
