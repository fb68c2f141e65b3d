@testable import SluiceWire

/// Response heads, with usual limits and with narrow ones, to HEAD and to other methods.
func checkResponseHead(_ input: [UInt8]) {
    for limits in [HeadLimits.standard, narrowHeadLimits] {
        let whole = responseVerdict(on: input, ends: [input.count], limits, toHEAD: false)
        for ends in Pieces(of: input).ways {
            property(
                "A response head is read alike however it is cut.",
                responseVerdict(on: input, ends: ends, limits, toHEAD: false), whole)
        }
        comparePlainly(whole, input, limits)
        let toHEAD = responseVerdict(on: input, ends: [input.count], limits, toHEAD: true)
        guard case .complete(let head, let consumed) = whole else {
            property("What answers HEAD is refused as any other answer.", toHEAD, whole)
            continue
        }
        property("A head is no longer than its limit.", consumed <= min(limits.total, input.count))
        property(
            "There are no more fields than the limit.", head.headers.count <= limits.headerCount)
        checkHEAD(toHEAD, head, consumed)
        checkWritten(head)
        checkFields(head.headers)
    }
}

private func responseVerdict(
    on input: [UInt8], ends: [Int], _ limits: HeadLimits, toHEAD: Bool
) -> HeadVerdict<ResponseHead> {
    var parser = ResponseHeadParser(limits: limits)
    let verdict = verdict(on: input, ends: ends) { parser.parse($0, toHEAD: toHEAD) }
    if verdict != .incomplete {
        property(
            "A parser repeats its refusal, and reads the next head as it read the first.",
            HeadVerdict(parser.parse(input.span, toHEAD: toHEAD)), verdict)
    }
    if case .refused(let refusal) = verdict {
        property("A fault of the upstream is a bad gateway.", refusal.status, 502)
    }
    return verdict
}

private func comparePlainly(
    _ verdict: HeadVerdict<ResponseHead>, _ input: [UInt8], _ limits: HeadLimits
) {
    let reading = PlainHead.read(input, limits, dropsUnderscores: false)
    guard case .complete(let head, let consumed) = verdict else {
        if case .head(let plain) = reading {
            let isServed =
                plain.response(lineLimit: limits.headerLine)
                .map { plain.framing(isVersion11: $0.isVersion11) != nil }
            property("A response that is well is accepted.", isServed != true, "\(verdict)")
        }
        if case .incomplete = reading { return }
        return property("A whole head is not waited for.", verdict != .incomplete)
    }
    guard case .head(let plain) = reading,
        let response = plain.response(lineLimit: limits.headerLine)
    else { return property("A response that is not well is refused.", false, "\(head)") }
    property("A head ends where its empty line does.", consumed, plain.end)
    property("The status is what was sent.", head.status, response.status)
    property("The version is what was sent.", head.version == .http11, response.isVersion11)
    compareFields(head.headers, plain.fields)
    let said = plain.framing(isVersion11: response.isVersion11)
    let isEmpty = response.status < 200 || response.status == 204 || response.status == 304
    property(
        "The framing is what the fields say.", head.framing,
        isEmpty || said == nil
            ? BodyFraming.none : said == BodyFraming.none ? .untilClose : said ?? .none)
    property("Fields that contradict one another are refused.", said != nil)
    let mayStay = plain.keepsAlive(isVersion11: response.isVersion11) && head.framing != .untilClose
    property("A connection stays open only where the fields say so.", mayStay || !head.keepAlive)
    property(
        "A connection stays open where the fields say so.",
        head.keepAlive || !mayStay || response.status == 204)
}

private func checkHEAD(_ verdict: HeadVerdict<ResponseHead>, _ head: ResponseHead, _ consumed: Int)
{
    guard case .complete(let answer, consumed) = verdict else {
        return property("What answers HEAD ends where another answer does.", false, "\(verdict)")
    }
    property("What answers HEAD has no body.", answer.framing, .none)
    property("What answers HEAD has the same fields.", answer.headers, head.headers)
}

/// What is accepted and written again parses to the same.
private func checkWritten(_ head: ResponseHead) {
    var written: [UInt8] = []
    MessageWriter.statusLine(head.status, into: &written)
    if head.version == .http10 { written[7] = UInt8(ascii: "0") }
    head.headers.writeFields(into: &written)
    MessageWriter.lineEnd(into: &written)
    var parser = ResponseHeadParser(limits: HeadLimits(total: 1 << 20))
    property(
        "A head that is written again is the same.",
        HeadVerdict(parser.parse(written.span, toHEAD: false)),
        .complete(head, consumed: written.count))
}
