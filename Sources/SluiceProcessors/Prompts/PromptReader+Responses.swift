internal import SluiceJSON
internal import SluiceTokens

/// The responses API: no rule is published for it; that of chats is taken, and the result labelled an estimate.
extension PromptReader {
    /// The role of a text that is given without one, or of instructions.
    private static var perRole: Int { 1 }

    func responses() -> Tally {
        var all = Tally.estimate(Self.reply)
        var tools = ToolDefinitions()
        var hasInstructions = false
        document.forEachMember(at: JSONDocument.rootPlace) { name, value in
            switch name.count {
            case 5 where name.isWord("input"): all += input(value)
            case 12 where name.isWord("instructions"):
                guard document.kind(at: value) == .string else { break }
                all += unnamed(value)
                hasInstructions = true
            case 5 where name.isWord("tools"): tools.add(value, of: document)
            case 11 where name.isWord("tool_choice"): all += choice(value)
            case 4 where name.isWord("text"):
                if let shape = document.place("format", in: value) { all += format(shape) }
            default: break
            }
        }
        all += definitions(tools, hasSystemMessage: hasInstructions)
        return all
    }

    private func input(_ place: JSONPlace) -> Tally {
        guard document.kind(at: place) == .array else { return unnamed(place) }
        var all = Tally()
        document.forEachElement(at: place) { all += element($0) }
        return all
    }

    private func unnamed(_ place: JSONPlace) -> Tally {
        var all = text(place)
        all.tokens += Self.perMessage + Self.perRole
        return all
    }

    /// An item by its type: a message, a call, the output of one, or what a model thought.
    func item(_ place: JSONPlace, type: JSONPlace) -> Tally {
        if document.place("role", in: place) != nil { return message(place) }
        var all = Tally.estimate(Self.perMessage)
        if document.isString("function_call", at: type)
            || document.isString("custom_tool_call", at: type)
        {
            all += function(place)
        } else if let output = document.place("output", in: place) {
            all += content(output)
        } else if document.isString("reasoning", at: type) {
            for member in ["summary", "content"] {
                if let list = document.place(member, in: place) { all += content(list) }
            }
        } else {
            all += spelling(place)
        }
        return all
    }
}
