internal import CSluiceLinux
internal import Glibc

/// One end of the conversation about a takeover: messages, and a descriptor with some.
final class TakeoverChannel {
    let descriptor: Int32
    /// The process at the other end.
    let peer: Int32

    enum Received {
        case message(TakeoverMessage, descriptor: Int32?)
        case nothing
        case end
    }

    /// Nil when the other end runs for another user: sockets are handed to nobody else, and taken from nobody else.
    init?(_ descriptor: Int32) {
        self.descriptor = descriptor
        peer = sluice_peer_of_same_user(descriptor)
        guard peer >= 0 else {
            close(descriptor)
            return nil
        }
    }

    deinit {
        close(descriptor)
    }

    /// - Returns: false when the other end has gone.
    func send(_ message: TakeoverMessage, descriptor passed: Int32? = nil) -> Bool {
        let bytes = Array(message.text.utf8)
        return sluice_send_packet(descriptor, bytes, bytes.count, passed ?? -1) == bytes.count
    }

    /// What has come; waits where the socket does. Who gets a descriptor owns it.
    func receive() -> Received {
        var bytes = [UInt8](repeating: 0, count: TakeoverMessage.longest)
        var passed: Int32 = -1
        let count = sluice_receive_packet(descriptor, &bytes, bytes.count, &passed)
        if count < 0, sluice_errno() == EAGAIN || sluice_errno() == EINTR { return .nothing }
        let text = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
        guard count > 0, let message = TakeoverMessage(text) else {
            if passed >= 0 { close(passed) }
            return .end
        }
        return .message(message, descriptor: passed >= 0 ? passed : nil)
    }
}
