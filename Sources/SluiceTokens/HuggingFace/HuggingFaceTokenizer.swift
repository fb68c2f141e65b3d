internal import SluiceJSON

/// The tokenizer of a `tokenizer.json` with a model of byte pairs, exactly as Hugging Face's library has it, special tokens taken
/// for ordinary text.
public final class HuggingFaceTokenizer: Tokenizer {
    public let name: String
    private let normalization: [NormalizationStep]
    /// Of added tokens as they stand in text, and in normalized text.
    private let finder: AddedTokenFinder?
    private let normalizedFinder: AddedTokenFinder?
    private let cutting: Cutting
    private let model: BytePairModel
    /// Whether pieces are in ``ByteAlphabet`` when all steps are done.
    private let isSpelt: Bool
    private let doubts = DoubtfulTime()
    public let isWithinBytes: Bool

    /// How normalized text becomes pieces.
    private enum Cutting: Sendable {
        case rule(BytePairEncoding.Rule)
        /// It is one piece.
        case whole
        case steps([PreTokenization])
    }

    /// - Parameters:
    ///   - name: what it is called.
    ///   - file: the content of a `tokenizer.json`.
    /// - Throws: ``TokenizerError`` when it is none, or one of a kind that is not known.
    public convenience init(name: String, file: consuming [UInt8]) throws {
        do {
            let document = try JSONDocument(parsing: file)
            try self.init(name: name, TokenizerJSON(value: document.root, path: ""))
        } catch let error as JSONError {
            throw TokenizerError.unusableFile(name, reason: "is no tokenizer.json. \(error)")
        } catch let error as UnusableTokenizer {
            throw TokenizerError.unusableFile(name, reason: "\(error)")
        }
    }

    init(name: String, _ file: TokenizerJSON) throws {
        self.name = name
        guard file.value.isObject, let model = file.optional("model") else {
            throw UnusableTokenizer("is no tokenizer.json of Hugging Face: it has no 'model'")
        }
        normalization = try NormalizationStep.read(file.optional("normalizer"))
        var steps = try PreTokenization.read(file.optional("pre_tokenizer"))
        isSpelt = try Self.arrange(normalization, &steps)
        let isBytewise = isSpelt || steps.contains(where: \.isByteLevel)
        let spelling: BytePairFile.Spelling = isBytewise ? .bytes : .text
        cutting = isSpelt && !steps.isEmpty ? .steps(steps) : Self.cutting(steps)
        let options = try BytePairOptions(model, spelling: spelling)
        let pairs = try BytePairFile(model, spelling: spelling)
        let (plain, normalized): ([AddedToken], [AddedToken])
        let normalizedContents: [[UInt8]]
        do {
            let added = try AddedToken.read(file, vocabulary: pairs, spelling)
            (plain, normalized) = (added.filter { !$0.isNormalized }, added.filter(\.isNormalized))
            normalizedContents = try Self.contents(of: normalized, normalization)
            self.model = try BytePairModel(pairs, options)
        } catch {
            pairs.index.free()
            throw error
        }
        finder = AddedTokenFinder(plain, contents: plain.map(\.content))
        normalizedFinder = AddedTokenFinder(normalized, contents: normalizedContents)
        mayBeSlow =
            normalization.contains(where: \.hasPattern) || steps.contains(where: \.hasPattern)
        isWithinBytes =
            isBytewise && !normalization.contains(where: \.lengthens)
            && !steps.contains(where: \.lengthens)
    }

    /// Whether all texts of the last minute were split as the file says; a pattern that takes too long for one is given up.
    public var isExact: Bool { !doubts.isNow }

    /// Whether some texts take long for their length.
    public let mayBeSlow: Bool

    public func count(_ text: Span<UInt8>) -> Int {
        var output = TokenOutput()
        add(text, to: &output)
        return output.count
    }

    public func encode(_ text: Span<UInt8>, into ids: inout [UInt32]) {
        var output = TokenOutput(ids: ids)
        // A second reference would make the first append copy them all.
        ids = []
        add(text, to: &output)
        ids = output.ids
    }

    private func add(_ text: Span<UInt8>, to output: inout TokenOutput) {
        Text.withValid(text) { text in
            guard let finder else { return normalize(text, isStart: true, to: &output) }
            finder.forEachPart(of: text) { part in
                if let id = part.id { return output.add(id) }
                normalize(
                    text.part(part.range), isStart: part.range.lowerBound == 0, to: &output)
            }
        }
    }

    private func normalize(_ text: Text, isStart: Bool, to output: inout TokenOutput) {
        guard !normalization.isEmpty else { return find(text, isStart: isStart, to: &output) }
        var bytes = text.array
        for step in normalization where !step.apply(to: &bytes) { giveUp() }
        // Safety: the text does not leave the closure.
        bytes.withUnsafeBufferPointer {
            find(unsafe Text($0), isStart: isStart, to: &output)
        }
    }

    private func find(_ text: Text, isStart: Bool, to output: inout TokenOutput) {
        guard let normalizedFinder else { return cut(text, isStart: isStart, to: &output) }
        normalizedFinder.forEachPart(of: text) { part in
            if let id = part.id { return output.add(id) }
            cut(
                text.part(part.range), isStart: isStart && part.range.lowerBound == 0, to: &output)
        }
    }

    private func cut(_ text: Text, isStart: Bool, to output: inout TokenOutput) {
        guard text.count > 0 else { return }
        switch cutting {
        case .rule(let rule): model.add(text, rule, to: &output)
        case .whole where !isSpelt: model.add(text, [0..<text.count], to: &output)
        case .whole: add(PieceList(text.array, isStart: isStart), to: &output)
        case .steps(let steps):
            var list = PieceList(text.array, isStart: isStart)
            for step in steps { list.apply(step) }
            if !list.isCut { giveUp() }
            add(list, to: &output)
        }
    }

    private func add(_ list: consuming PieceList, to output: inout TokenOutput) {
        if isSpelt { list.unspell() }
        let pieces = list.pieces
        // Safety: the text does not leave the closure.
        list.bytes.withUnsafeBufferPointer { model.add(unsafe Text($0), pieces, to: &output) }
    }

    private func giveUp() { doubts.begin() }

    private static func cutting(_ steps: [PreTokenization]) -> Cutting {
        switch steps.first {
        case nil: return .whole
        case .byteLevel(addsSpace: false, splits: true, spells: false) where steps.count == 1:
            return .rule(.p50k)
        case .byteLevel(addsSpace: false, splits: false, spells: false) where steps.count == 1:
            return .whole
        case .split(.known(let rule), _, _):
            if steps.count == 1 { return .rule(rule) }
            if steps.count == 2,
                case .byteLevel(addsSpace: false, splits: false, spells: false) = steps[1]
            {
                return .rule(rule)
            }
            return .steps(steps)
        default: return .steps(steps)
        }
    }

    /// What added tokens become in normalized text. Nothing would be found everywhere.
    private static func contents(
        of tokens: [AddedToken], _ normalization: [NormalizationStep]
    ) throws -> [[UInt8]] {
        try tokens.map { token in
            var content = token.content
            for step in normalization { _ = step.apply(to: &content) }
            guard !content.isEmpty else {
                throw UnusableTokenizer("has an added token of which its normalizer leaves nothing")
            }
            return content
        }
    }

    /// Sees to it that what follows `ByteLevel` finds its characters. What is not exact then is refused.
    ///
    /// - Returns: whether pieces are spelt in the alphabet of bytes at the end.
    private static func arrange(
        _ normalization: [NormalizationStep], _ steps: inout [PreTokenization]
    ) throws -> Bool {
        var isSpelt = false
        for step in normalization {
            guard !isSpelt else {
                throw UnusableTokenizer("has a normalizer behind ByteLevel, which is not known")
            }
            if case .byteLevel = step { isSpelt = true }
        }
        for number in steps.indices {
            switch steps[number] {
            case .metaspace(_, .first, _) where normalization.contains(where: \.takesBeginning):
                throw UnusableTokenizer(
                    "has a prepend_scheme 'first' behind a normalizer that may take what text begins with, which is not known"
                )
            case .byteLevel(let addsSpace, let splits, _):
                guard !isSpelt else {
                    throw UnusableTokenizer("has ByteLevel twice, which is not known")
                }
                isSpelt = number < steps.count - 1
                steps[number] = .byteLevel(addsSpace: addsSpace, splits: splits, spells: isSpelt)
            case .metaspace where isSpelt:
                throw UnusableTokenizer("has Metaspace behind ByteLevel, which is not known")
            default: break
            }
        }
        return isSpelt
    }
}
