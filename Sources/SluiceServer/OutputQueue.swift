internal import CSluiceLinux
internal import Glibc
internal import SluiceLoop
internal import SluiceWire

/// Bytes on their way to one client: what the kernel did not take waits here, in order.
struct OutputQueue {
    /// What one attempt to send came to.
    enum Progress { case allSent, someLeft, broken }

    private var waiting: [UInt8] = []
    private var sent = 0

    var count: Int { waiting.count - sent }
    var isEmpty: Bool { count == 0 }
    /// Bytes of memory in use.
    var capacity: Int { waiting.capacity }

    /// Sends bytes, or queues them behind what waits already.
    mutating func send(
        _ bytes: borrowing [UInt8], to descriptor: Int32, _ session: TLSSession? = nil,
        pool: BufferPool
    ) -> Progress {
        var taken = 0
        if isEmpty {
            // Safety: the array is alive during the call, which only reads it.
            taken = bytes.withUnsafeBytes {
                Self.send($0, to: descriptor, session)
            }
            if taken < 0 {
                guard Self.isTemporary else { return .broken }
                taken = 0
            }
            if taken == bytes.count { return .allSent }
        }
        if waiting.isEmpty { waiting = pool.take() }
        // A queue that is never empty would keep all it has ever sent.
        if sent > waiting.count / 2 {
            waiting.removeFirst(sent)
            sent = 0
        }
        waiting.append(copying: bytes.span.extracting(droppingFirst: taken))
        return .someLeft
    }

    /// Sends more of what waits, as far as the kernel takes it.
    mutating func flush(
        to descriptor: Int32, _ session: TLSSession? = nil, pool: BufferPool
    ) -> Progress {
        while !isEmpty {
            let start = sent
            // Safety: the array is alive during the call, which only reads it.
            let taken = waiting.withUnsafeBytes { bytes in
                Self.send(
                    UnsafeRawBufferPointer(rebasing: bytes[start...]), to: descriptor, session)
            }
            guard taken > 0 else { return Self.isTemporary ? .someLeft : .broken }
            sent += taken
        }
        pool.give(&waiting)
        sent = 0
        return .allSent
    }

    /// - Parameter session: where there is TLS.
    private static func send(
        _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, _ session: TLSSession?
    ) -> Int {
        guard let session else {
            return Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        }
        return session.send(bytes)
    }

    private static var isTemporary: Bool {
        let code = sluice_errno()
        return code == EAGAIN || code == EINTR
    }
}
