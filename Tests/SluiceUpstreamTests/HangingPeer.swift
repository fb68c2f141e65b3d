import CSluiceLinux
import Foundation
import Glibc

/// An address where a connect neither succeeds nor fails: its queue is full, and nobody accepts.
final class HangingPeer: Sendable {
    let port: Int
    private let descriptors: [Int32]

    init() {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        var opened = [listener]
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                precondition(bind(listener, address, length) == 0)
                precondition(listen(listener, 0) == 0)
                precondition(getsockname(listener, address, &length) == 0)
                for _ in 0..<3 {
                    let filler = socket(
                        AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
                    _ = connect(filler, address, length)
                    opened.append(filler)
                }
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        descriptors = opened
    }

    deinit {
        for descriptor in descriptors { close(descriptor) }
    }
}
