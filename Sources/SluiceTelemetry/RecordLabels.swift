internal import SluiceCore

/// What most records have in common with one shortly before: all that is no measurement of the single request.
struct RecordLabels: Sendable {
    let method: String
    let route: String
    let operation: String
    let model: String?
    let provider: String?
    let status: Int
    let outcome: String
    let errorCode: String?

    init(_ record: AccessRecord) {
        method = record.method
        route = record.route
        operation = record.operation
        model = record.model
        provider = record.provider
        status = record.status
        outcome = record.outcome
        errorCode = record.errorCode
    }

    /// What differs most often is compared first. Texts that are short, or the same object, are one comparison of two words.
    @inline(__always)
    func match(_ record: AccessRecord) -> Bool {
        status == record.status && model == record.model && provider == record.provider
            && route == record.route && outcome == record.outcome && errorCode == record.errorCode
            && method == record.method && operation == record.operation
    }
}

/// What was made for the labels of the latest requests, so that hardly any request makes it anew.
struct RecentLabels<Value> {
    private struct Entry {
        let labels: RecordLabels
        let value: Value
    }

    /// Enough for the few kinds of requests that most traffic is made of; they are looked through one by one.
    private static var limit: Int { 8 }

    private var entries: [Entry] = []
    /// Which one goes when another is added.
    private var oldest = 0

    @inline(__always)
    func index(of record: AccessRecord) -> Int? {
        var index = 0
        while index < entries.count {
            if entries[index].labels.match(record) { return index }
            index &+= 1
        }
        return nil
    }

    /// Keeps a value in the place of the oldest, and says where.
    mutating func add(_ value: Value, for labels: RecordLabels) -> Int {
        guard entries.count == Self.limit else {
            entries.append(Entry(labels: labels, value: value))
            return entries.count - 1
        }
        let place = oldest
        entries[place] = Entry(labels: labels, value: value)
        oldest = (place + 1) % Self.limit
        return place
    }

    subscript(index: Int) -> Value {
        @inline(__always)
        _read { yield entries[index].value }
    }
}
