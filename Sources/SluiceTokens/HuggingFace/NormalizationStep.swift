internal import SluiceJSON

/// One step of `normalizer`: it rewrites text before anything else is done with it.
enum NormalizationStep: Sendable {
    case form(TextForm)
    case lowercase
    case strip(left: Bool, right: Bool)
    case stripAccents
    case replace(SplitPattern, with: [UInt8])
    case prepend([UInt8])
    /// Writes bytes in ``ByteAlphabet``.
    case byteLevel

    /// The steps of a normalizer, those of a sequence one by one.
    static func read(_ json: TokenizerJSON?) throws -> [NormalizationStep] {
        guard let json else { return [] }
        let type = try json.type()
        switch type {
        case "Sequence":
            return try json.member("normalizers").elements().flatMap { try read($0) }
        case "NFC", "NFD", "NFKC", "NFKD": return TextForm(rawValue: type).map { [.form($0)] } ?? []
        case "Lowercase": return [.lowercase]
        case "Strip":
            return [
                .strip(
                    left: try json.flag("strip_left", default: true),
                    right: try json.flag("strip_right", default: true))
            ]
        case "StripAccents": return [.stripAccents]
        case "Replace":
            let pattern = try SplitPattern(json.member("pattern"))
            let content = try json.member("content").text()
            if case .regularExpression = pattern, content.contains("$") {
                throw json.unusable("a 'Replace' with a group, which is not known,")
            }
            return [.replace(pattern, with: Array(content.utf8))]
        case "Prepend": return [.prepend(Array(try json.member("prepend").text().utf8))]
        case "ByteLevel": return [.byteLevel]
        default: throw json.unusable("a normalizer \(type), which is not known,")
        }
    }

    /// Whether text can become more bytes, in each of which there could be a token.
    var lengthens: Bool {
        switch self {
        case .strip, .stripAccents, .byteLevel: false
        // Composing does so too: there are characters that stay decomposed.
        case .form, .lowercase, .prepend, .replace: true
        }
    }

    /// Whether what a text begins with can go, so that what begins it then was not its beginning.
    var takesBeginning: Bool {
        switch self {
        case .strip(let left, _): left
        case .stripAccents, .replace: true
        case .form, .lowercase, .prepend, .byteLevel: false
        }
    }

    /// - Returns: false where it took too long, and the text stayed.
    func apply(to bytes: inout [UInt8]) -> Bool {
        switch self {
        case .form(let form): form.apply(to: &bytes)
        case .lowercase:
            Self.rewrite(&bytes) { scalar, result in
                result += scalar.properties.lowercaseMapping.utf8
            }
        case .strip(let left, let right): Self.strip(&bytes, left, right)
        case .stripAccents:
            Self.rewrite(&bytes) { scalar, result in
                if !Scalars.isAccent(scalar) { Scalars.append(scalar, to: &result) }
            }
        case .replace(let pattern, let content):
            return Self.replace(&bytes, pattern, content)
        case .prepend(let prefix): if !bytes.isEmpty { bytes.insert(contentsOf: prefix, at: 0) }
        case .byteLevel:
            let plain = bytes
            bytes.removeAll(keepingCapacity: true)
            ByteAlphabet.appendText(of: plain.span, to: &bytes)
        }
        return true
    }

    private static func rewrite(
        _ bytes: inout [UInt8], _ body: (Unicode.Scalar, inout [UInt8]) -> Void
    ) {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        // Safety: the text does not leave the closure.
        bytes.withUnsafeBufferPointer { buffer in
            let text = unsafe Text(buffer)
            var offset = 0
            while let (scalar, end) = Scalars.first(in: text, from: offset) {
                body(scalar, &result)
                offset = end
            }
        }
        bytes = result
    }

    private static func strip(_ bytes: inout [UInt8], _ left: Bool, _ right: Bool) {
        // Safety: the text does not leave the closure.
        let (start, end) = bytes.withUnsafeBufferPointer { buffer in
            let text = unsafe Text(buffer)
            let start = left ? Scalars.spaceEnd(in: text, from: 0) : 0
            return (start, right ? Scalars.spaceStart(in: text, before: text.count) : text.count)
        }
        bytes = start < end ? Array(bytes[start..<end]) : []
    }

    private static func replace(
        _ bytes: inout [UInt8], _ pattern: SplitPattern, _ content: [UInt8]
    ) -> Bool {
        var (result, kept) = ([UInt8](), 0)
        // Safety: the text does not leave the closure.
        let isDone = bytes.withUnsafeBufferPointer { buffer in
            let text = unsafe Text(buffer)
            return pattern.forEachMatch(in: text, 0..<text.count) { match in
                result += buffer[kept..<match.lowerBound]
                result += content
                kept = match.upperBound
            }
        }
        guard isDone else { return false }
        result += bytes[kept...]
        bytes = result
        return true
    }
}
