internal import SluiceJSON
internal import SluiceTokens
internal import SluiceWire

/// Counts the tokens of one body in place, by the rules that OpenAI publishes: each message costs 3 and the tokens of its values, a name
/// one more, and the beginning of the answer 3 (OpenAI Cookbook, "How to count tokens with tiktoken").
struct PromptReader<Text: Tokenizer> {
    let document: JSONDocument
    let tokenizer: Text
    let images: ImageTokens

    static var perMessage: Int { 3 }
    static var perName: Int { 1 }
    static var reply: Int { 3 }

    /// The whole prompt, and the longest where there are several.
    func prompt(_ form: PromptForm) -> (all: Tally, longest: Int) {
        let all: Tally
        switch form {
        case .chat: all = chat()
        case .responses: all = responses()
        case .texts(let member): return texts(member)
        }
        return (all, all.tokens)
    }

    /// The elements of the member that has the messages, each as the whole prompt counts it.
    func elements(of form: PromptForm) -> [Int] {
        guard let member = form.list,
            let list = document.place(member, in: JSONDocument.rootPlace)
        else { return [] }
        var counts: [Int] = []
        document.forEachElement(at: list) {
            counts.append((form == .chat ? message($0) : element($0)).tokens)
        }
        return counts
    }

    /// An item of the responses API, which may be a message.
    func element(_ place: JSONPlace) -> Tally {
        guard let type = document.place("type", in: place) else { return message(place) }
        return item(place, type: type)
    }

    // MARK: Chats

    private func chat() -> Tally {
        var all = Tally(tokens: Self.reply)
        var tools = ToolDefinitions()
        document.forEachMember(at: JSONDocument.rootPlace) { name, value in
            if name.withFolded({ part(ofChat: $0, value, &all, &tools) }) == nil {
                part(ofChat: name, value, &all, &tools)
            }
        }
        if !tools.isEmpty { all += definitions(tools, hasSystemMessage: hasSystemMessage) }
        return all
    }

    private func part(
        ofChat name: Span<UInt8>, _ value: JSONPlace, _ all: inout Tally,
        _ tools: inout ToolDefinitions
    ) {
        switch name.count {
        case 8 where name.isWord("messages"):
            guard document.kind(at: value) == .array else {
                all += anything(value)
                break
            }
            document.forEachElement(at: value) { all += message($0) }
        case 5 where name.isWord("tools"), 9 where name.isWord("functions"):
            tools.add(value, of: document)
        case 11 where name.isWord("tool_choice"), 13 where name.isWord("function_call"):
            all += choice(value)
        case 15 where name.isWord("response_format"):
            all += format(value)
        case 18 where name.isWord("web_search_options"):
            all.isExact = false
        default: break
        }
    }

    private var hasSystemMessage: Bool {
        guard let messages = document.place("messages", in: JSONDocument.rootPlace) else {
            return false
        }
        var found = false
        document.forEachElement(at: messages) { found = found || isSystemMessage($0) }
        return found
    }

    func message(_ place: JSONPlace) -> Tally {
        guard document.kind(at: place) == .object else { return strange(place) }
        var all = Tally(tokens: Self.perMessage)
        document.forEachMember(at: place) { name, value in
            if name.withFolded({ part(ofMessage: $0, value, &all) }) == nil {
                part(ofMessage: name, value, &all)
            }
        }
        return all
    }

    private func part(ofMessage name: Span<UInt8>, _ value: JSONPlace, _ all: inout Tally) {
        switch name.count {
        case 4 where name.isWord("role"): all += text(value)
        case 7 where name.isWord("content"): all += content(value)
        case 4 where name.isWord("name"):
            if document.kind(at: value) == .string { all.tokens += Self.perName }
            all += text(value)
        case 10 where name.isWord("tool_calls"): all += calls(value)
        case 13 where name.isWord("function_call"): all += function(value)
        // How a result is tied to its call is not published.
        case 12 where name.isWord("tool_call_id"): all.isExact = false
        // What the responses API notes beside a message.
        case 2 where name.isWord("id"), 4 where name.isWord("type"),
            6 where name.isWord("status"):
            break
        default:
            guard document.kind(at: value) != .null else { break }
            all += anything(value)
            all.isExact = false
        }
    }

    /// An element where a message should be.
    private func strange(_ place: JSONPlace) -> Tally {
        var all = anything(place)
        all += .estimate(Self.perMessage)
        return all
    }

    private func isSystemMessage(_ place: JSONPlace) -> Bool {
        guard let role = document.place("role", in: place) else { return false }
        return document.isString("system", at: role) || document.isString("developer", at: role)
    }

    // MARK: Texts

    /// A string's tokens; none for other kinds.
    func text(_ place: JSONPlace?) -> Tally {
        guard let place else { return Tally() }
        return Tally(tokens: document.withText(at: place) { tokenizer.count($0) } ?? 0)
    }

    /// A string's tokens, or those of another value as it is spelled; none for what is empty.
    func anything(_ place: JSONPlace?) -> Tally {
        guard let place else { return Tally() }
        switch document.kind(at: place) {
        case .string: return text(place)
        case .null: return Tally()
        case .object, .array, .number, .bool:
            return document.length(at: place) > 2 ? spelling(place) : Tally(isExact: false)
        }
    }

    /// A value as it is spelled.
    func spelling(_ place: JSONPlace) -> Tally {
        .estimate(document.withSpelling(at: place) { tokenizer.count($0) })
    }

    /// A text, a list of token ids, or a list of such prompts. Of a repeated name all count: providers differ in which they take.
    private func texts(_ member: String) -> (all: Tally, longest: Int) {
        var all = Tally()
        var longest = 0
        let wanted = member.utf8.span
        document.forEachMember(at: JSONDocument.rootPlace) { name, value in
            if name.isFoldedWord("suffix"), document.kind(at: value) == .string {
                all += text(value)
                all.isExact = false
            }
            guard name.says(wanted) || name.withFolded({ $0.says(wanted) }) == true else { return }
            let (tokens, most) = texts(at: value)
            all.tokens += tokens
            longest = max(longest, most)
        }
        return (all, longest)
    }

    private func texts(at place: JSONPlace) -> (all: Int, longest: Int) {
        guard document.kind(at: place) == .array else {
            let tokens = anything(place).tokens
            return (tokens, tokens)
        }
        var (all, ids, longest) = (0, 0, 0)
        document.forEachElement(at: place) { element in
            var one = 0
            switch document.kind(at: element) {
            case .number: ids += 1
            case .array:
                document.forEachElement(at: element) {
                    one += document.kind(at: $0) == .number ? 1 : anything($0).tokens
                }
            default: one = anything(element).tokens
            }
            all += one
            longest = max(longest, one)
        }
        return (all + ids, max(longest, ids))
    }
}

extension Span<UInt8> {
    /// Whether a name is this one.
    @inline(__always)
    func isWord(_ word: StaticString) -> Bool {
        count == word.utf8CodeUnitCount && hasText(word, at: 0)
    }

    fileprivate func says(_ wanted: Span<UInt8>) -> Bool {
        count == wanted.count && indices.allSatisfy { self[$0] == wanted[$0] }
    }
}
