internal import CSluiceCurl
internal import CSluiceLinux
internal import Glibc
internal import SluiceLoop

/// The way bytes take: over a socket that we took from libcurl, or through libcurl where there is TLS.
enum Link {
    case socket(Int32)
    case wrapped(WrappedLink)

    var descriptor: Int32 {
        switch self {
        case .socket(let descriptor): descriptor
        case .wrapped(let wrapped): wrapped.descriptor
        }
    }

    var isWrapped: Bool { if case .wrapped = self { true } else { false } }

    func receive(_ scratch: Scratch, _ use: (Span<UInt8>) -> Void) -> Transfer {
        switch self {
        case .socket(let descriptor): scratch.receive(descriptor, use)
        case .wrapped(let wrapped): wrapped.receive(scratch, use)
        }
    }

    /// Sends what is taken now of `head` and `body`, beginning at `offset` of both together.
    func send(_ head: [UInt8], _ body: [UInt8], from offset: Int) -> Transfer {
        // Safety: the pointers are used during the call only, with the counts of their arrays less what was sent.
        head.withUnsafeBytes { head in
            body.withUnsafeBytes { body in
                let first = UnsafeRawBufferPointer(rebasing: head[min(offset, head.count)...])
                let second = UnsafeRawBufferPointer(
                    rebasing: body[max(0, offset - head.count)...])
                return send(first, second)
            }
        }
    }

    private func send(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer)
        -> Transfer
    {
        switch self {
        case .socket(let descriptor):
            let sent =
                first.isEmpty
                ? sluice_send2(descriptor, second.baseAddress, second.count, nil, 0)
                : sluice_send2(
                    descriptor, first.baseAddress, first.count, second.baseAddress, second.count)
            if sent >= 0 { return .moved(sent) }
            let code = sluice_errno()
            return code == EAGAIN || code == EINTR ? .wouldBlock : .failed(errno: code)
        case .wrapped(let wrapped):
            return wrapped.send(first.isEmpty ? second : first)
        }
    }

    /// Whether there is nothing to read, not even the end.
    func isQuiet(_ scratch: Scratch) -> Bool {
        switch self {
        case .socket(let descriptor):
            var byte: UInt8 = 0
            let count = recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
            return count < 0 && sluice_errno() == EAGAIN
        case .wrapped(let wrapped):
            return wrapped.receive(scratch, { _ in }) == .wouldBlock
        }
    }

    func close(reset: Bool) {
        switch self {
        case .socket(let descriptor):
            if reset { sluice_reset(descriptor) } else { Glibc.close(descriptor) }
        case .wrapped(let wrapped):
            wrapped.close(reset: reset)
        }
    }
}

/// A connection that stays with libcurl, because TLS is between us and the socket.
final class WrappedLink {
    let descriptor: Int32
    // Safety: owned by this object from the dial on, and used on its loop only, until `close`.
    private let handle: UnsafeMutableRawPointer
    private let group: DialGroup

    init(_ handle: UnsafeMutableRawPointer, descriptor: Int32, group: DialGroup) {
        self.handle = handle
        self.descriptor = descriptor
        self.group = group
    }

    func receive(_ scratch: Scratch, _ use: (Span<UInt8>) -> Void) -> Transfer {
        var code = CURLE_OK
        let outcome = scratch.fill(
            using: { base, capacity in
                var count = 0
                code = curl_easy_recv(handle, base, capacity, &count)
                return code == CURLE_OK ? count : -1
            }, use)
        guard code == CURLE_OK else { return Self.failure(code) }
        if outcome == .ended, sluice_curl_was_closed_by_peer(handle) == 0 {
            return .failed(errno: EPROTO)
        }
        return outcome
    }

    func send(_ bytes: UnsafeRawBufferPointer) -> Transfer {
        var count = 0
        let code = curl_easy_send(handle, bytes.baseAddress, bytes.count, &count)
        return code == CURLE_OK ? .moved(count) : Self.failure(code)
    }

    func close(reset: Bool) {
        if reset { sluice_abandon(descriptor) }
        group.release(handle)
    }

    private static func failure(_ code: CURLcode) -> Transfer {
        code == CURLE_AGAIN ? .wouldBlock : .failed(errno: EPROTO)
    }
}
