internal import SluiceJSON
internal import SluiceTokens

/// Tools: no rule is published for them; these numbers were found by others from what OpenAI bills, and are labelled estimates.
extension PromptReader {
    private static var perDefinitions: Int { 9 }
    private static var beforeSystemMessage: Int { -4 }
    static var perCall: Int { 7 }
    private static var perParallelCall: Int { 8 }
    private static var noChoice: Int { 1 }
    private static var perChosenFunction: Int { 4 }
    private static var perLooseSchema: Int { 10 }

    /// Calls that a model made, as they go back to it. Several at a time are wrapped into one more.
    func calls(_ list: JSONPlace) -> Tally {
        var all = Tally()
        var count = 0
        document.forEachElement(at: list) {
            all += call($0)
            count += 1
        }
        if count > 1 { all.tokens += Self.perParallelCall * count }
        return all
    }

    private func call(_ place: JSONPlace) -> Tally {
        guard
            let called = document.place("function", in: place)
                ?? document.place("custom", in: place)
        else { return spelling(place) }
        return function(called)
    }

    /// `{"name": "…", "arguments": "…"}`
    func function(_ place: JSONPlace) -> Tally {
        guard document.kind(at: place) == .object else { return anything(place) }
        var all = Tally.estimate(Self.perCall)
        for member in ["name", "arguments", "input"] {
            all += anything(document.place(member, in: place))
        }
        return all
    }

    /// `none` costs a token, and a function that must be called its name and 4 more.
    func choice(_ place: JSONPlace) -> Tally {
        switch document.kind(at: place) {
        case .string:
            return document.isString("none", at: place) ? .estimate(Self.noChoice) : Tally()
        case .object:
            let chosen = document.place("function", in: place) ?? place
            var all = text(document.place("name", in: chosen))
            all += .estimate(Self.perChosenFunction)
            return all
        default: return Tally()
        }
    }

    /// Definitions stand in a system message of their own, or in the one that is there.
    func definitions(_ tools: ToolDefinitions, hasSystemMessage: Bool) -> Tally {
        guard !tools.isEmpty else { return Tally() }
        let text = tools.text
        let functions =
            tools.hasFunctions
            ? tokenizer.count(text.span) + Self.perDefinitions
                + (hasSystemMessage ? Self.beforeSystemMessage : 0) : 0
        return .estimate(functions + tokenizer.count(tools.rest.span))
    }

    /// A schema that the answer must fit is shown to the model; one that is not strict with its name and description.
    func format(_ place: JSONPlace) -> Tally {
        let holder = document.place("json_schema", in: place) ?? place
        guard let schema = document.place("schema", in: holder) else {
            guard document.kind(at: place) == .object else { return Tally() }
            // A name of a kind is not shown to the model; a grammar or so is.
            return document.length(at: place) > 40 ? spelling(place) : Tally(isExact: false)
        }
        let text = document.withSpelling(at: schema) { Self.compact($0) }
        var all = Tally.estimate(tokenizer.count(text.span))
        let strict = document.place("strict", in: holder)
        guard strict.map({ document.value(at: $0).bool == true }) != true else { return all }
        all.tokens += Self.perLooseSchema
        for member in ["name", "description"] {
            all += self.text(document.place(member, in: holder))
        }
        return all
    }

    /// JSON without the white space between its values.
    private static func compact(_ json: Span<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(json.count)
        var (isInString, isEscaped) = (false, false)
        for index in json.indices {
            let byte = json[index]
            let isSpace = byte == 0x20 || (0x09...0x0D).contains(byte)
            if isInString || !isSpace { text.append(byte) }
            if byte == UInt8(ascii: "\""), !isEscaped { isInString.toggle() }
            isEscaped = isInString && byte == UInt8(ascii: "\\") && !isEscaped
        }
        return text
    }
}
