/// One step of `pre_tokenizer`: it cuts text into pieces that tokens do not reach beyond.
enum PreTokenization: Sendable {
    enum Prefix: String, Sendable { case always, first, never }

    case split(SplitPattern, SplitBehavior, inverted: Bool)
    /// Each of these characters is a match.
    case characters(CharacterKind, SplitBehavior)
    /// Words and runs of symbols, without the white space between them.
    case words
    /// - Parameter spells: whether bytes are written in ``ByteAlphabet`` for the steps that follow.
    case byteLevel(addsSpace: Bool, splits: Bool, spells: Bool)
    case metaspace([UInt8], Prefix, splits: Bool)

    enum CharacterKind: Sendable {
        case number, punctuation, space

        func contains(_ scalar: Unicode.Scalar) -> Bool {
            switch self {
            case .number: Scalars.isNumber(scalar)
            case .punctuation: Scalars.isPunctuation(scalar)
            case .space: scalar.properties.isWhitespace
            }
        }
    }
}

extension PreTokenization {
    /// The steps of a pre-tokenizer, those of a sequence one by one.
    static func read(_ json: TokenizerJSON?) throws -> [PreTokenization] {
        guard let json else { return [] }
        let type = try json.type()
        switch type {
        case "Sequence":
            return try json.member("pretokenizers").elements().flatMap { try read($0) }
        case "Split": return [try split(json)]
        case "ByteLevel":
            return [
                .byteLevel(
                    addsSpace: try json.flag("add_prefix_space", default: true),
                    splits: try json.flag("use_regex", default: true), spells: false)
            ]
        case "Digits":
            let isSingle = try json.flag("individual_digits", default: false)
            return [.characters(.number, isSingle ? .isolated : .contiguous)]
        case "Punctuation":
            return [.characters(.punctuation, try json.choice("behavior", default: .isolated))]
        case "Whitespace": return [.words]
        case "WhitespaceSplit": return [.characters(.space, .removed)]
        case "Metaspace": return [try metaspace(json)]
        case "CharDelimiterSplit":
            let delimiter = try json.member("delimiter").text()
            return [.split(.text(Array(delimiter.utf8)), .removed, inverted: false)]
        default: throw json.unusable("a pre-tokenizer \(type), which is not known,")
        }
    }

    private static func split(_ json: TokenizerJSON) throws -> PreTokenization {
        let behavior = try json.choice("behavior", default: SplitBehavior.isolated)
        let isInverted = try json.flag("invert", default: false)
        // Of a pattern that is known the matches are all of the text.
        let keepsMatches = behavior == .isolated || behavior == .removed && isInverted
        let pattern = try SplitPattern(json.member("pattern"), mayBeKnown: keepsMatches)
        return .split(pattern, behavior, inverted: isInverted)
    }

    private static func metaspace(_ json: TokenizerJSON) throws -> PreTokenization {
        // Older files say it with a flag.
        let usual: Prefix =
            try json.flag("add_prefix_space", default: true) ? .always : .never
        let replacement = try json.optional("replacement")?.text() ?? "\u{2581}"
        guard replacement.unicodeScalars.count == 1 else {
            throw json.unusable("a 'replacement' that is no character")
        }
        return .metaspace(
            Array(replacement.utf8), try json.choice("prepend_scheme", default: usual),
            splits: try json.flag("split", default: true))
    }

    /// Whether it makes bytes the letters that are merged.
    var isByteLevel: Bool {
        if case .byteLevel = self { true } else { false }
    }

    /// Whether text can become more bytes.
    var lengthens: Bool {
        switch self {
        case .split, .characters, .words: false
        case .byteLevel(let addsSpace, _, _): addsSpace
        case .metaspace: true
        }
    }
}
