extension HTTPMethod {
    /// The usual methods as one number each, first letter highest, so that reading one makes no string.
    enum Word {
        static let get: UInt64 = 0x47_4554
        static let put: UInt64 = 0x50_5554
        static let post: UInt64 = 0x504F_5354
        static let head: UInt64 = 0x4845_4144
        static let patch: UInt64 = 0x50_4154_4348
        static let delete: UInt64 = 0x4445_4C45_5445
        static let options: UInt64 = 0x4F_5054_494F_4E53
        static let connect: UInt64 = 0x43_4F4E_4E45_4354
    }

    /// The bytes of a short method as one number; 0, which no method is, for a longer one.
    static func word(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64 {
        guard range.count <= 8 else { return 0 }
        var word: UInt64 = 0
        for index in range { word = word << 8 | UInt64(bytes[index]) }
        return word
    }

    /// - Parameters:
    ///   - word: what ``word(_:_:)`` gave for it.
    ///   - bytes: the head.
    ///   - range: the method in it.
    init(_ word: UInt64, _ bytes: Span<UInt8>, _ range: Range<Int>) {
        switch word {
        case Word.get: name = "GET"
        case Word.put: name = "PUT"
        case Word.post: name = "POST"
        case Word.head: name = "HEAD"
        case Word.patch: name = "PATCH"
        case Word.delete: name = "DELETE"
        case Word.options: name = "OPTIONS"
        default: name = String(copying: range, of: bytes)
        }
    }
}
