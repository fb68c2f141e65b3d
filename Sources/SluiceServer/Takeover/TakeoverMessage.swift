/// What two processes say to each other when one takes over from the other. One packet each; addresses stand on lines of their own.
enum TakeoverMessage: Equatable {
    /// The new one's first word.
    case hello
    /// The answer: so many listeners there are. With it comes the socket that takeovers are asked for at.
    case offer(count: Int)
    /// Asks for one of them.
    case give(index: Int)
    /// The answer, with its socket.
    case listener(wanted: ListenAddress, address: ListenAddress, withFile: Bool)
    /// The new one serves, on these of them.
    case ready(taken: [Int])
    /// The answer: the old one accepts no more.
    case yours
    /// The old one wants none of it.
    case refused

    /// Of a packet.
    static let longest = 8192
    static let mostListeners = 1000
    private static let greeting = "sluice takeover 1"

    init?(_ text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let words = lines[0].split(separator: " ")
        switch (words.first, lines.count) {
        case _ where text == Self.greeting: self = .hello
        case ("offer", 1):
            guard let count = Self.number(words), count <= Self.mostListeners else { return nil }
            self = .offer(count: count)
        case ("give", 1):
            guard let index = Self.number(words) else { return nil }
            self = .give(index: index)
        case ("bound", 3), ("lent", 3):
            guard let wanted = try? ListenAddress(String(lines[1])),
                let address = try? ListenAddress(String(lines[2]))
            else { return nil }
            self = .listener(wanted: wanted, address: address, withFile: words == ["bound"])
        case ("ready", 1):
            let indexes = words.dropFirst().map { Int($0) ?? -1 }
            guard indexes.allSatisfy({ $0 >= 0 }) else { return nil }
            self = .ready(taken: indexes)
        case _ where text == "yours": self = .yours
        case _ where text == "refused": self = .refused
        default: return nil
        }
    }

    var text: String {
        switch self {
        case .hello: Self.greeting
        case .offer(let count): "offer \(count)"
        case .give(let index): "give \(index)"
        case .listener(let wanted, let address, let withFile):
            "\(withFile ? "bound" : "lent")\n\(wanted)\n\(address)"
        case .ready(let taken): taken.reduce("ready") { "\($0) \($1)" }
        case .yours: "yours"
        case .refused: "refused"
        }
    }

    private static func number(_ words: [Substring]) -> Int? {
        guard words.count == 2, let number = Int(words[1]), number >= 0 else { return nil }
        return number
    }
}
