import SluiceCore

/// A client's body that came with the head.
final class BodyThatIsThere: IncomingBody {
    private var bytes: [UInt8]?
    let totalLength: UInt64?

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        totalLength = UInt64(bytes.count)
    }

    func next() async throws(ProxyError) -> [UInt8]? { bytes.take() }

    func collect(upTo limit: Int) async throws(ProxyError) -> [UInt8] { bytes.take() ?? [] }

    func takeWhole(upTo limit: Int) -> [UInt8]? { bytes.take() }
}
