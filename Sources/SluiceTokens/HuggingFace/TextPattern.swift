internal import CSluiceOniguruma
internal import Synchronization

/// A regular expression of a `tokenizer.json`, for the engine that Hugging Face's library has as well.
final class TextPattern: Sendable {
    // Safety: it is not written to after it was compiled, and searching is safe from several threads.
    private nonisolated(unsafe) let pattern: OnigRegex

    /// Nil where it has started: the library needs that once in a process.
    private static let start: Int32 = sluice_onig_start()

    /// Longer ones are no patterns.
    private static let mostBytes = 64 << 10
    /// Steps back in one search, for each byte of the text and at least. Patterns of tokenizers need one or two.
    private static let stepsPerByte = 64
    private static let leastSteps = 10_000
    /// How much is searched before somebody looks at the clock.
    private static let bytesPerLook = 64 << 10
    /// Levels on the stack of one match.
    private static let mostLevels: UInt32 = 8 << 20

    /// - Throws: ``UnusableTokenizer``.
    init(_ text: String) throws {
        guard Self.start == ONIG_NORMAL else { throw UnusableTokenizer("needs memory") }
        guard text.utf8.count <= Self.mostBytes else {
            throw UnusableTokenizer("has a regular expression of \(text.utf8.count) bytes")
        }
        var pattern: OnigRegex?
        var information = OnigErrorInfo()
        let bytes = Array(text.utf8)
        // Safety: the text does not leave the closure.
        let code = bytes.withUnsafeBufferPointer {
            unsafe sluice_onig_new(&pattern, $0.baseAddress, $0.count, &information)
        }
        guard code == ONIG_NORMAL, let pattern else {
            throw UnusableTokenizer("has a regular expression that is none: \(text)")
        }
        unsafe self.pattern = pattern
    }

    // Safety: nobody else has it.
    deinit { unsafe onig_free(pattern) }

    /// Gives the ends of all matches from left to right, as far as the work stays within bounds.
    ///
    /// - Returns: false where that took too much.
    func forEachMatch(in text: Text, _ range: Range<Int>, _ body: (Range<Int>) -> Void) -> Bool {
        // Safety: the addresses do not leave the closure.
        unsafe text.withBytes(range) { start, end in
            unsafe search(start, end, offset: range.lowerBound, body)
        }
    }

    private func search(
        _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, offset: Int,
        _ body: (Range<Int>) -> Void
    ) -> Bool {
        let count = unsafe end - start
        guard let region = unsafe onig_region_new(), let limits = onig_new_match_param() else {
            return false
        }
        defer {
            unsafe onig_region_free(region, 1)
            onig_free_match_param(limits)
        }
        let steps = UInt(Self.leastSteps + Self.stepsPerByte * count)
        onig_set_retry_limit_in_match_of_match_param(limits, steps)
        onig_set_retry_limit_in_search_of_match_param(limits, steps)
        onig_set_match_stack_limit_size_of_match_param(limits, Self.mostLevels)
        let budget = TimeBudget(bytes: count)
        var (position, lastEnd, searched) = (0, -1, 0)
        while position <= count {
            // A search may look at all that follows.
            searched += count - position
            if searched >= Self.bytesPerLook {
                if budget.isSpent { return false }
                searched = 0
            }
            // Safety: the position is at most the end, and the library reads nothing behind that.
            let code = unsafe onig_search_with_param(
                pattern, start, end, start + position, end, region,
                OnigOptionType(ONIG_OPTION_NONE), limits)
            if code == ONIG_MISMATCH { return true }
            guard code >= 0 else { return false }
            // Safety: a match has at least the region of the whole.
            let match = unsafe Int(region.pointee.beg[0])..<Int(region.pointee.end[0])
            if match.isEmpty, match.lowerBound == lastEnd {
                // Nothing is matched behind a match; on by one character.
                position += 1
                while unsafe position < count && start[position] & 0xC0 == 0x80 { position += 1 }
                continue
            }
            (position, lastEnd) = (match.upperBound, match.upperBound)
            body(match.lowerBound + offset..<match.upperBound + offset)
        }
        return true
    }
}

/// How long the matches of one text may take together: some patterns look at all that follows for each.
private struct TimeBudget {
    private let end: ContinuousClock.Instant

    /// Short texts may be counted on a loop.
    init(bytes: Int) {
        end = .now + (bytes <= 16 << 10 ? .milliseconds(100) : .seconds(1)) + .microseconds(bytes)
    }

    var isSpent: Bool { .now > end }
}
