@testable import SluiceProviders
@testable import SluiceWire

/// Event streams: where events end, what they say, what is written of them, and what readers of streams make of them.
func checkEvents(_ input: [UInt8]) {
    let plain = PlainEvents(input)
    let whole = scan(input, ends: [input.count])
    property("Events end at blank lines.", whole.boundaries, plain.boundaries)
    property("Events say what their lines say.", whole.events, plain.events)
    for ends in Pieces(of: input).ways {
        let scanned = scan(input, ends: ends)
        property("Events end alike however a stream is cut.", scanned.boundaries, whole.boundaries)
        property("Events are alike however a stream is cut.", scanned.events, whole.events)
    }
    for event in whole.events { checkWritten(event) }
    checkWritten(ServerSentEvent(data: input))
    checkReaders(of: whole.raws)
}

private struct ScannedStream {
    var boundaries: [Int] = []
    var raws: [[UInt8]] = []
    var events: [ServerSentEvent] = []
}

private func scan(_ input: [UInt8], ends: [Int]) -> ScannedStream {
    let limit = 40
    var scanner = EventScanner(limit: limit)
    var stream = ScannedStream()
    var (pieceStart, last) = (0, 0)
    for pieceEnd in ends {
        withExactCopy(of: input[pieceStart..<pieceEnd]) { piece in
            var copy = scanner
            var offset = 0
            while let boundary = scanner.nextBoundary(in: piece, from: offset) {
                property("A boundary goes forward.", boundary > offset && boundary <= piece.count)
                offset = boundary
                stream.note(boundary: pieceStart + boundary, from: last, in: input)
                last = pieceStart + boundary
            }
            let boundary = copy.lastBoundary(in: piece)
            property("The last boundary is the last of all.", boundary, offset == 0 ? nil : offset)
            property("Both ways to feed count alike.", copy.pendingBytes, scanner.pendingBytes)
        }
        property(
            "Bytes are counted since the last boundary.", scanner.pendingBytes, pieceEnd - last)
        property(
            "An event above the limit is noticed.", scanner.isOverLimit, pieceEnd - last > limit)
        pieceStart = pieceEnd
    }
    return stream
}

extension ScannedStream {
    fileprivate mutating func note(boundary: Int, from last: Int, in input: [UInt8]) {
        // A boundary told after a CR moves behind the LF that belongs to it.
        if boundaries.last == boundary - 1, input[boundary - 1] == 0x0A, boundary > 1,
            input[boundary - 2] == 0x0D
        {
            boundaries.removeLast()
        }
        boundaries.append(boundary)
        let raw = Array(input[last..<boundary])
        raws.append(raw)
        withExactCopy(of: raw[...]) { span in
            let event = ServerSentEvent(parsing: span, isAtStreamStart: last == 0)
            if let event { events.append(event) }
            guard last > 0, let range = ServerSentEvent.dataRange(in: span, from: 0, to: span.count)
            else { return }
            property("The data found in place is the event's.", event?.data, Array(raw[range]))
        }
    }
}

/// An event that is written is one event, and reads as it was but for what cannot stand in a line.
private func checkWritten(_ event: ServerSentEvent) {
    var written: [UInt8] = []
    event.write(into: &written)
    var scanner = EventScanner(limit: .max)
    property(
        "An event that is written ends once.", scanner.nextBoundary(in: written.span, from: 0),
        written.count)
    var expected = event
    expected.type = event.type.map(inOneLine)
    expected.id = event.id.map(inOneLine)
    expected.data = withLineFeeds(event.data)
    property(
        "An event that is written reads as it was.", ServerSentEvent(parsing: written.span),
        expected)
}

private func inOneLine(_ text: String) -> String {
    String(
        decoding: text.utf8.map { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7F ? 0x20 : $0 },
        as: UTF8.self)
}

private func withLineFeeds(_ data: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    for (index, byte) in data.enumerated() {
        if byte == 0x0A, index > 0, data[index - 1] == 0x0D { continue }
        text.append(byte == 0x0D ? 0x0A : byte)
    }
    return text
}

/// Readers of streams look at few events closely. What they pass over must have had nothing to say.
private func checkReaders(of raws: [[UInt8]]) {
    var chats = OpenAIStreamReader()
    var responses = ResponsesStreamReader()
    for raw in raws {
        var closely = chats
        let facts = withExactCopy(of: raw[...]) { chats.read($0) }
        _ = withExactCopy(of: raw[...]) { responses.read($0) }
        // A name with escapes is not looked for, nor one that is broken over lines.
        guard !raw.contains(0x5C), let end = endOfLines(raw),
            ServerSentEvent.dataRange(in: raw.span, from: 0, to: raw.count) != nil
        else { continue }
        let marked = raw[..<end] + Array(":\"error\":1\n\n".utf8)
        property(
            "An event is passed over only if it says nothing.", facts,
            closely.read(Array(marked).span))
        property("A usage is not passed over.", chats.usage, closely.usage)
    }
}

/// Where an event's blank line begins.
private func endOfLines(_ raw: [UInt8]) -> Int? {
    let ends = ["\r\n", "\n", "\r"].map { Array($0.utf8) }
    guard let blank = ends.first(where: { raw.reversed().starts(with: $0.reversed()) }) else {
        return nil
    }
    return raw.count - blank.count
}
