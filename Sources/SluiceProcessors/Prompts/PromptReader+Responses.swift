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
            func take(_ name: Span<UInt8>) {
                part(ofResponse: name, value, &all, &tools, &hasInstructions)
            }
            if name.withFolded(take) == nil { take(name) }
        }
        all += definitions(tools, hasSystemMessage: hasInstructions)
        return all
    }

    private func part(
        ofResponse name: Span<UInt8>, _ value: JSONPlace, _ all: inout Tally,
        _ tools: inout ToolDefinitions, _ hasInstructions: inout Bool
    ) {
        switch name.count {
        case 5 where name.isWord("input"): all += input(value)
        case 12 where name.isWord("instructions"):
            guard document.kind(at: value) == .string else {
                all += anything(value)
                break
            }
            all += unnamed(value)
            hasInstructions = true
        // Of a prompt that the provider keeps only what is put into it can be seen.
        case 6 where name.isWord("prompt"):
            all += anything(document.place("variables", in: value))
        case 5 where name.isWord("tools"): tools.add(value, of: document)
        case 11 where name.isWord("tool_choice"): all += choice(value)
        case 4 where name.isWord("text"):
            if let shape = document.place("format", in: value) { all += format(shape) }
        default: break
        }
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
        let isCall =
            document.isString("function_call", at: type)
            || document.isString("custom_tool_call", at: type)
        var all = Tally.estimate(Self.perMessage + (isCall ? Self.perCall : 0))
        document.forEachMember(at: place) { name, value in
            if name.withFolded({ part(ofItem: $0, value, &all) }) == nil {
                part(ofItem: name, value, &all)
            }
        }
        return all
    }

    private func part(ofItem name: Span<UInt8>, _ value: JSONPlace, _ all: inout Tally) {
        switch name.count {
        case 2 where name.isWord("id"), 4 where name.isWord("type"), 6 where name.isWord("status"),
            7 where name.isWord("call_id"):
            break
        // Only its provider can read it, and how much it says cannot be seen.
        case 17 where name.isWord("encrypted_content"): break
        case 6 where name.isWord("output"), 7 where name.isWord("summary"),
            7 where name.isWord("content"):
            all += content(value)
        // A picture that was made by a tool.
        case 6 where name.isWord("result"): all += .media(images.tokens(nil, isLow: false))
        default: all += anything(value)
        }
    }
}
