/// What becomes of the tokens of one text: their ids are kept, or they are only counted.
struct TokenOutput {
    private(set) var count = 0
    private(set) var ids: [UInt32] = []
    let keepsIDs: Bool

    /// Counts.
    init() { keepsIDs = false }

    /// Appends to ids.
    init(ids: [UInt32]) {
        self.ids = ids
        keepsIDs = true
    }

    mutating func add(_ id: UInt32) { if keepsIDs { ids.append(id) } else { count += 1 } }

    mutating func add(count: Int) { self.count += count }

    /// Appends tokens by their numbers.
    mutating func add(_ numbers: (inout TokenCollector) -> Void, ids table: Table<UInt32>) {
        let start = ids.count
        var collector = TokenCollector(ids: ids)
        ids = []
        numbers(&collector)
        ids = collector.ids
        for index in start..<ids.count { ids[index] = table[Int(ids[index])] }
    }
}
