@testable import SluiceWire

/// Request heads, with usual limits and with narrow ones.
func checkRequestHead(_ input: [UInt8]) {
    for limits in [HeadLimits.standard, narrowHeadLimits] {
        let whole = requestVerdict(on: input, ends: [input.count], limits)
        for ends in Pieces(of: input).ways {
            property(
                "A request head is read alike however it is cut.",
                requestVerdict(on: input, ends: ends, limits), whole)
        }
        comparePlainly(whole, input, limits)
        guard case .complete(let head, let consumed) = whole else { continue }
        checkLimits(of: head, consumed, input, limits)
        checkWritten(head)
        checkFields(head.headers)
        checkMemory(input, head: consumed, limits)
    }
}

private func requestVerdict(
    on input: [UInt8], ends: [Int], _ limits: HeadLimits
) -> HeadVerdict<RequestHead> {
    var parser = RequestHeadParser(limits: limits)
    let verdict = verdict(on: input, ends: ends) { parser.parse($0) }
    switch verdict {
    case .incomplete: break
    case .refused:
        property(
            "A parser repeats its refusal.", HeadVerdict(parser.parse(input.span)), verdict)
    case .complete(let head, _):
        let again = HeadVerdict(parser.parse(input.span))
        property("A parser reads the next head as it read the first.", again, verdict)
        guard case .complete(let second, _) = again else { return verdict }
        property("A path is the same when it is asked for again.", second.path, head.path)
    }
    return verdict
}

private func comparePlainly(
    _ verdict: HeadVerdict<RequestHead>, _ input: [UInt8], _ limits: HeadLimits
) {
    let reading = PlainHead.read(input, limits, dropsUnderscores: true)
    guard case .complete(let head, let consumed) = verdict else {
        switch reading {
        case .incomplete, .refused: break
        case .head(let plain):
            let isServed =
                plain.request(targetLimit: limits.target).map {
                    plain.framing(isVersion11: $0.isVersion11) != nil
                }
            property("A request that is well is accepted.", isServed != true, "\(verdict)")
        }
        if case .incomplete = verdict, case .incomplete = reading { return }
        property("A whole head is not waited for.", verdict != .incomplete)
        return
    }
    guard case .head(let plain) = reading, let request = plain.request(targetLimit: limits.target)
    else {
        return property("A request that is not well is refused.", false, "\(head)")
    }
    property("A head ends where its empty line does.", consumed, plain.end)
    property("The method is what was sent.", Array(head.method.name.utf8), request.method)
    property(
        "The target is what was sent, without a host.", Array(head.target.utf8), request.target)
    property("The version is what was sent.", head.version == .http11, request.isVersion11)
    property(
        "The framing is what the fields say.", head.framing,
        plain.framing(isVersion11: request.isVersion11))
    property(
        "The connection stays open as the fields say.", head.keepAlive,
        plain.keepsAlive(isVersion11: request.isVersion11))
    compareFields(head.headers, plain.fields)
}

private func checkLimits(
    of head: RequestHead, _ consumed: Int, _ input: [UInt8], _ limits: HeadLimits
) {
    property("A head is no longer than its limit.", consumed <= min(limits.total, input.count))
    property("A target is no longer than its limit.", head.target.utf8.count <= limits.target + 1)
    property("There are no more fields than the limit.", head.headers.count <= limits.headerCount)
    let parts = head.query.map { "\(head.path)?\($0)" } ?? head.path
    property("A target is its path and its query.", parts, head.target)
}

/// What is accepted and written again parses to the same.
private func checkWritten(_ head: RequestHead) {
    var written: [UInt8] = []
    head.write(into: &written)
    // A path in front of a query may have been added, so the limit is wider.
    var parser = RequestHeadParser(limits: HeadLimits(target: 1 << 20, total: 1 << 20))
    property(
        "A head that is written again is the same.", HeadVerdict(parser.parse(written.span)),
        .complete(head, consumed: written.count))
}

/// A head that is like the one before it is understood as if there had been none.
private func checkMemory(_ input: [UInt8], head consumed: Int, _ limits: HeadLimits) {
    var generator = SeededGenerator(input)
    for _ in 0..<8 {
        var memory = HeadMemory()
        var parser = RequestHeadParser(limits: limits)
        _ = parser.parse(input.span, recalling: &memory)
        var next = input
        let digits = (0..<consumed).filter { (0x30...0x39).contains(next[$0]) }
        for _ in 0..<Int.random(in: 0...2, using: &generator) {
            let places =
                Bool.random(using: &generator) && !digits.isEmpty ? digits : Array(0..<consumed)
            let place = places.randomElement(using: &generator) ?? 0
            let byte = UInt8.random(in: 0...9, using: &generator) + 0x30
            next[place] =
                Int.random(in: 0..<4, using: &generator) > 0
                ? byte : .random(in: 0...255, using: &generator)
        }
        let end = Int.random(in: 0..<8, using: &generator) == 0 ? consumed - 1 : next.count
        let known = withExactCopy(of: next[..<end]) {
            HeadVerdict(parser.parse($0, recalling: &memory))
        }
        var fresh = RequestHeadParser(limits: limits)
        property(
            "A head is understood alike with another before it.", known,
            HeadVerdict(fresh.parse(next.span.extracting(0..<end))))
    }
}
