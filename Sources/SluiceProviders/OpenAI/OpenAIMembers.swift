import SluiceJSON
import SluiceWire

/// Where the members of a body that the proxy acts on stand, found in one pass over the outermost object.
struct OpenAIMembers {
    private(set) var model: JSONPlace?
    private(set) var stream: JSONPlace?
    private(set) var options: JSONPlace?
    /// Whether the body is an object at all.
    private(set) var isObject = false
    private var repeatsModel = false
    private var repeatsStream = false
    private var repeatsOptions = false

    init(of document: borrowing JSONDocument) {
        isObject = document.forEachRootMember { name, place in
            switch name.count {
            case 5 where name.hasText("model", at: 0):
                repeatsModel = model != nil
                model = place
            case 6 where name.hasText("stream", at: 0):
                repeatsStream = stream != nil
                stream = place
            case 14 where name.hasText("stream_options", at: 0):
                repeatsOptions = options != nil
                options = place
            default: break
            }
        }
    }

    /// The first of the names that stands there more than once: what readers make of that differs.
    var repeated: String? {
        if repeatsModel { return "model" }
        if repeatsStream { return "stream" }
        return repeatsOptions ? "stream_options" : nil
    }
}
