internal import SluiceJSON
internal import SluiceTokens

/// The parts of a message's content.
extension PromptReader {
    /// A text or a list of parts.
    func content(_ place: JSONPlace) -> Tally {
        guard document.kind(at: place) == .array else {
            return document.kind(at: place) == .object ? part(place) : anything(place)
        }
        var all = Tally()
        var parts = 0
        document.forEachElement(at: place) {
            all += part($0)
            parts += 1
        }
        // What stands between two parts is not published.
        if parts > 1 { all.isExact = false }
        return all
    }

    private func part(_ place: JSONPlace) -> Tally {
        guard let type = document.place("type", in: place) else {
            return document.kind(at: place) == .string ? text(place) : spelling(place)
        }
        let kind = document.withText(at: type) { PartKind($0) }
        switch kind ?? .other {
        case .text: return text(of: place, "text")
        case .refusal: return text(of: place, "refusal")
        case .image: return media(place, image(place))
        case .audio: return media(place, audio(place))
        case .file: return media(place, file(place))
        case .other: return spelling(place)
        }
    }

    /// Longer ones are counted, in bytes: labels such as a `cache_control` are for the provider.
    private static var longestLabel: Int { 40 }

    /// What is no text, and what stands beside it.
    private func media(_ part: JSONPlace, _ media: Tally) -> Tally {
        var all = media
        document.forEachMember(at: part) { name, value in
            let isKnown =
                name.isWord("image_url") || name.isWord("input_audio") || name.isWord("file")
                || name.isWord("file_data") || name.isWord("file_url")
            if !isKnown, document.length(at: value) > Self.longestLabel { all += spelling(value) }
        }
        return all
    }

    /// A text in one member of a part. What stands beside it is counted too, for providers that read it.
    private func text(of part: JSONPlace, _ member: StaticString) -> Tally {
        var all = Tally()
        document.forEachMember(at: part) { name, value in
            if name.isWord(member) {
                all += anything(value)
            } else if !name.isWord("type"), document.length(at: value) > Self.longestLabel {
                all += spelling(value)
            }
        }
        return all
    }

    /// `{"image_url": {"url": "…", "detail": "…"}}` in chats, `{"image_url": "…", "detail": "…"}` in the responses API.
    private func image(_ place: JSONPlace) -> Tally {
        let value = document.place("image_url", in: place)
        let object = value.flatMap { document.kind(at: $0) == .object ? $0 : nil }
        let detail = document.place("detail", in: object ?? place)
        let isLow = detail.map { document.isString("low", at: $0) } ?? false
        let url = object.map { document.place("url", in: $0) } ?? value
        let size = url.flatMap { document.withText(at: $0) { ImageSize(ofDataURL: $0) } ?? nil }
        return .media(images.tokens(size, isLow: isLow))
    }

    /// Ten tokens for a second, which has some 16 KB as MP3 and three times as many as WAV.
    private func audio(_ place: JSONPlace) -> Tally {
        guard let sound = document.place("input_audio", in: place),
            let data = document.place("data", in: sound)
        else { return .media(0) }
        let isWave = document.place("format", in: sound).map { document.isString("wav", at: $0) }
        let bytes = document.length(at: data) / 4 * 3
        return .media(bytes / (isWave == true ? 4_800 : 1_600))
    }

    /// A page of a PDF has some 50 KB and costs some 1,000 tokens, text and picture together.
    private func file(_ place: JSONPlace) -> Tally {
        let holder = document.place("file", in: place) ?? place
        guard let data = document.place("file_data", in: holder) else { return .media(0) }
        return .media(document.length(at: data) / 4 * 3 / 50)
    }
}

/// What a part of a message's content is.
private enum PartKind {
    case text, refusal, image, audio, file, other

    init(_ type: Span<UInt8>) {
        if type.isWord("text") || type.isWord("input_text") || type.isWord("output_text")
            || type.isWord("summary_text") || type.isWord("reasoning_text")
        {
            self = .text
        } else if type.isWord("image_url") || type.isWord("input_image")
            || type.isWord("computer_screenshot")
        {
            self = .image
        } else if type.isWord("refusal") {
            self = .refusal
        } else if type.isWord("input_audio") {
            self = .audio
        } else if type.isWord("file") || type.isWord("input_file") {
            self = .file
        } else {
            self = .other
        }
    }
}
