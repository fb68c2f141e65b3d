/// What a `.model` file says: `sentencepiece_model.proto` of SentencePiece.
struct SentencePieceModel {
    enum Kind: UInt64 {
        case normal = 1
        case unknown
        case control
        case userDefined
        case unused
        case byte
    }

    enum Algorithm: UInt64 {
        case unigram = 1
        case bytePairs
        case words
        case characters
    }

    struct Entry {
        /// Where in the file its text is.
        var place = 0..<0
        var score: Float = 0
        var kind = Kind.normal

        /// Whether text can be it; the others are reserved.
        var isText: Bool { kind == .normal || kind == .userDefined || kind == .unused }
    }

    let bytes: [UInt8]
    private(set) var entries: [Entry] = []
    private(set) var algorithm = Algorithm.unigram
    private(set) var treatsSpaceAsSuffix = false
    private(set) var hasByteFallback = false
    private(set) var addsDummyPrefix = true
    private(set) var removesExtraSpaces = true
    private(set) var escapesSpaces = true
    /// Where in the file its rules for characters are.
    private(set) var characterMap = 0..<0

    init(_ bytes: [UInt8]) throws(UnusableTokenizer) {
        self.bytes = bytes
        guard Self.begins(bytes) else {
            throw .model("it does not begin as a model of SentencePiece")
        }
        var reader = ProtobufReader(bytes, in: bytes.indices)
        while let (field, value) = try reader.next() {
            guard case .bytes(let range) = value else { continue }
            switch field {
            case 1: try readEntry(range)
            case 2: try readTrainer(range)
            case 3: try readNormalizer(range)
            default: break
            }
        }
    }

    /// Whether the file begins with a piece, as all models do. That is the byte of a line break too, with which JSON may begin.
    static func begins(_ bytes: [UInt8]) -> Bool {
        let space: [UInt8] = [0x20, 0x09, 0x0A, 0x0D]
        return bytes.first == 1 << 3 | 2
            && bytes.first { !space.contains($0) } != UInt8(ascii: "{")
    }

    /// As many as have room in 20 bits, with the characters of their texts.
    static let entryLimit = 1 << 19

    private mutating func readEntry(_ range: Range<Int>) throws(UnusableTokenizer) {
        guard entries.count < Self.entryLimit else { throw .model("too many pieces") }
        var (reader, entry) = (ProtobufReader(bytes, in: range), Entry())
        while let (field, value) = try reader.next() {
            switch (field, value) {
            case (1, .bytes(let place)): entry.place = place
            case (2, .fixed32(let bits)): entry.score = Float(bitPattern: bits)
            case (3, .number(let number)): entry.kind = try Self.value(number, "kind of piece")
            default: break
            }
        }
        entries.append(entry)
    }

    private mutating func readTrainer(_ range: Range<Int>) throws(UnusableTokenizer) {
        var reader = ProtobufReader(bytes, in: range)
        while let (field, value) = try reader.next() {
            switch (field, value) {
            case (3, .number(let number)): algorithm = try Self.value(number, "type of model")
            case (24, .number(let number)): treatsSpaceAsSuffix = number != 0
            case (35, .number(let number)): hasByteFallback = number != 0
            default: break
            }
        }
    }

    private mutating func readNormalizer(_ range: Range<Int>) throws(UnusableTokenizer) {
        var reader = ProtobufReader(bytes, in: range)
        while let (field, value) = try reader.next() {
            switch (field, value) {
            case (2, .bytes(let place)): characterMap = place
            case (3, .number(let number)): addsDummyPrefix = number != 0
            case (4, .number(let number)): removesExtraSpaces = number != 0
            case (5, .number(let number)): escapesSpaces = number != 0
            default: break
            }
        }
    }

    private static func value<Value: RawRepresentable<UInt64>>(
        _ number: UInt64, _ what: String
    ) throws(UnusableTokenizer) -> Value {
        guard let value = Value(rawValue: number) else {
            throw .model("the \(what) \(number) is unknown")
        }
        return value
    }
}
