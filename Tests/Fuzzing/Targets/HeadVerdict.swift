import SluiceWire

/// ``HeadProgress`` that can be compared.
enum HeadVerdict<Head: Equatable & Sendable>: Equatable {
    case incomplete
    case complete(Head, consumed: Int)
    case refused(Refusal)

    init(_ progress: HeadProgress<Head>) {
        self =
            switch progress {
            case .incomplete: .incomplete
            case .complete(let head, let consumed): .complete(head, consumed: consumed)
            case .refused(let refusal): .refused(refusal)
            }
    }
}

/// Limits that inputs of a few hundred bytes cross.
let narrowHeadLimits = HeadLimits(target: 24, headerLine: 40, headerCount: 4, total: 150)

/// What a parser says in the end when more and more of an input comes, up to the first verdict.
func verdict<Head>(
    on input: [UInt8], ends: [Int], _ parse: (Span<UInt8>) -> HeadProgress<Head>
) -> HeadVerdict<Head> {
    for end in ends {
        let verdict = withExactCopy(of: input[..<end]) { HeadVerdict(parse($0)) }
        if verdict != .incomplete { return verdict }
    }
    return .incomplete
}
