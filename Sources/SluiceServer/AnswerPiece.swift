internal import SluiceLoop
internal import SluiceWire

/// What one pass of an answer sends, in one piece: the head if it is the first, and data with their framing.
///
/// The line before a chunk is written with the first data, as most passes bring no more. Where more come it is corrected in its place.
struct AnswerPiece {
    private(set) var bytes: [UInt8] = []
    /// Where the chunk's line begins.
    private var line = 0
    /// What the line says; 0 as long as there is none.
    private var size = 0

    var isEmpty: Bool { bytes.isEmpty }

    /// Lets a head be written.
    mutating func writeHead(from pool: BufferPool, _ write: (inout [UInt8]) -> Void) {
        if bytes.isEmpty { bytes = pool.take() }
        write(&bytes)
    }

    mutating func append(_ source: Span<UInt8>, from pool: BufferPool) {
        if bytes.isEmpty { bytes = pool.take() }
        bytes.append(copying: source)
    }

    /// Appends to the chunk, which it begins if there is none.
    mutating func appendToChunk(_ source: Span<UInt8>, from pool: BufferPool) {
        guard size == 0 else { return bytes.append(copying: source) }
        if bytes.isEmpty { bytes = pool.take() }
        size = source.count
        line = bytes.count
        bytes.append(addingCapacity: source.count + Self.lineRoom) { out in
            MessageWriter.chunkHeader(size: source.count, into: &out)
            out.append(copying: source)
        }
    }

    /// Ends the chunk, if there is one, and the body if it was the last.
    mutating func endChunk(isLast: Bool, from pool: BufferPool) {
        if size > 0 {
            correctLine()
            size = 0
            MessageWriter.chunkEnd(isLast: isLast, into: &bytes)
        } else if isLast {
            if bytes.isEmpty { bytes = pool.take() }
            MessageWriter.lastChunk(into: &bytes)
        }
    }

    /// Ends the chunk, if there is one, and the body with fields behind it.
    mutating func endBody(trailers: HeaderFields, from pool: BufferPool) {
        endChunk(isLast: false, from: pool)
        if bytes.isEmpty { bytes = pool.take() }
        MessageWriter.lastChunk(trailers: trailers, into: &bytes)
    }

    private mutating func correctLine() {
        let line = line
        let digits = MessageWriter.chunkDigits(size)
        let whole = bytes.count - line - digits - 2
        guard whole != size else { return }
        let missing = MessageWriter.chunkDigits(whole) - digits
        if missing > 0 { bytes.insert(contentsOf: repeatElement(0, count: missing), at: line) }
        var span = bytes.mutableSpan
        MessageWriter.correctChunkHeader(size: whole, in: &span, at: line)
    }

    /// Takes the piece out and leaves an empty one.
    mutating func take() -> [UInt8] {
        var taken: [UInt8] = []
        swap(&taken, &bytes)
        return taken
    }

    /// Bytes of the line before a chunk at most.
    private static let lineRoom = 18
}
