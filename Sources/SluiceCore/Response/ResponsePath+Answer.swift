import SluiceWire

extension ResponsePath {
    /// Sends an answer that the proxy made itself through the stages.
    func answer(_ response: ProxyResponse) async throws {
        switch response.body {
        case .bytes(let bytes):
            noteUsage(of: response.status, bytes)
            send(status: response.status, headers: response.headers, body: bytes)
        case .pieces(let pieces):
            var decision = receive(ResponseHead(status: response.status, headers: response.headers))
            for try await piece in pieces {
                decision = receive(piece.span)
                if decision == .more { decision = receivedAll() }
                if decision == .wait { try await resolveWait() }
                if decision == .stop { break }
            }
            _ = try conclude()
        }
    }
}
