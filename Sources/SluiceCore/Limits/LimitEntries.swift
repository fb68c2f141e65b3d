/// What is counted for the keys of one group, in the order in which they were last used.
struct LimitEntries {
    private struct Node {
        let key: String
        var entry = LimitEntry()
        /// The one that was used next before it, and the one next after it.
        var older = LimitEntries.none
        var newer = LimitEntries.none
    }

    private static let none = -1
    /// How many keys are looked at for some that may go, so that no request takes the time of many.
    private static let mostSteps = 32
    private var nodes: [Node] = []
    private var places: [String: Int] = [:]
    private var vacant: [Int] = []
    private var oldest = none
    private var newest = none

    var count: Int { places.count }

    /// Whether a key is known, or can be: there are never more than `most`. Keys that nothing is counted for go, and else the one that was
    /// not used for the longest time, unless money was spent for it or it has requests under way.
    mutating func hasRoom(for key: String, most: Int, at moment: LimitEntry.Moment) -> Bool {
        if count < most || places[key] != nil { return true }
        for _ in 0..<Self.mostSteps where oldest != Self.none {
            let place = oldest
            nodes[place].entry.advance(to: moment)
            if nodes[place].entry.isPinned {
                // Whoever comes next looks at others.
                unlink(place)
                link(place)
            } else if count >= most || nodes[place].entry.isIdle {
                remove(place)
            } else {
                break
            }
        }
        return count < most
    }

    /// Changes what is counted for a key, which becomes the one that was used last.
    mutating func change<Result>(
        _ key: String, at moment: LimitEntry.Moment, _ change: (inout LimitEntry) -> Result
    ) -> Result {
        let place = place(of: key)
        nodes[place].entry.advance(to: moment)
        return change(&nodes[place].entry)
    }

    private mutating func place(of key: String) -> Int {
        if let place = places[key] {
            if place != newest {
                unlink(place)
                link(place)
            }
            return place
        }
        let place: Int
        if let last = vacant.popLast() {
            place = last
            nodes[place] = Node(key: key)
        } else {
            place = nodes.count
            nodes.append(Node(key: key))
        }
        places[key] = place
        link(place)
        return place
    }

    private mutating func remove(_ place: Int) {
        unlink(place)
        places[nodes[place].key] = nil
        nodes[place] = Node(key: "")
        vacant.append(place)
    }

    /// Puts a node behind the newest.
    private mutating func link(_ place: Int) {
        nodes[place].older = newest
        nodes[place].newer = Self.none
        if newest == Self.none { oldest = place } else { nodes[newest].newer = place }
        newest = place
    }

    private mutating func unlink(_ place: Int) {
        let (older, newer) = (nodes[place].older, nodes[place].newer)
        if older == Self.none { oldest = newer } else { nodes[older].newer = newer }
        if newer == Self.none { newest = older } else { nodes[newer].older = older }
    }
}
