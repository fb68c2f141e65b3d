internal import CSluiceLinux
internal import Glibc

/// Sockets that a service manager opened: descriptors from 3 on, as `LISTEN_FDS` and `LISTEN_PID` say (sd_listen_fds(3)).
package enum SocketActivation {
    private static let first: Int32 = 3
    private static let most: Int32 = 1000

    /// Takes the sockets, once: the variables are gone afterwards, since they mean nothing to processes that this one starts.
    ///
    /// - Throws: ``UnusableDescriptor``.
    package static func take() throws(UnusableDescriptor) -> [Listener] {
        let (count, process) = (number("LISTEN_FDS"), number("LISTEN_PID"))
        for name in ["LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"] { unsetenv(name) }
        guard let count, count > 0, process == getpid() else { return [] }
        return try adopt(first..<(first + min(count, most)))
    }

    /// Has those serve TLS that stand in `listen` with `tls:` before them.
    ///
    /// Where no address has TLS, sockets need not stand there. Where one has, each must, so that none is served plainly by mistake.
    ///
    /// - Parameter wanted: the addresses of the configuration, or of the command line.
    /// - Throws: ``UnlistedSocket``.
    package static func assign(
        _ sockets: [Listener], by wanted: [ListenAddress]
    ) throws(UnlistedSocket) -> [Listener] {
        guard wanted.contains(where: \.hasTLS) else { return sockets }
        return try sockets.map { socket throws(UnlistedSocket) in
            if wanted.contains(socket.address) { return socket }
            guard let secure = socket.address.withTLS, wanted.contains(secure) else {
                throw UnlistedSocket(address: socket.address)
            }
            return Listener(inherited: socket.descriptor, wanted: secure, address: secure)
        }
    }

    private static func number(_ name: String) -> Int32? {
        getenv(name).flatMap { Int32(String(cString: $0)) }
    }

    static func adopt(_ descriptors: Range<Int32>) throws(UnusableDescriptor) -> [Listener] {
        var listeners: [Listener] = []
        for descriptor in descriptors {
            guard sluice_is_stream_listener(descriptor) == 1,
                sluice_adopt_descriptor(descriptor) == 0, let address = address(of: descriptor)
            else { throw UnusableDescriptor(number: descriptor) }
            listeners.append(
                Listener(inherited: descriptor, wanted: address, address: address))
        }
        return listeners
    }

    private static func address(of descriptor: Int32) -> ListenAddress? {
        var text = [CChar](repeating: 0, count: 128)
        let family = sluice_local_name(descriptor, &text, Int32(text.count))
        let name = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
        switch family {
        case AF_UNIX: return name.hasPrefix("/") ? .unix(path: name) : nil
        case AF_INET, AF_INET6:
            return .tcp(host: name, port: UInt16(sluice_local_port(descriptor)))
        default: return nil
        }
    }
}

/// A descriptor of `LISTEN_FDS` that no connection can be accepted from, or that has no address.
package struct UnusableDescriptor: Error, CustomStringConvertible {
    let number: Int32
    package var description: String {
        "descriptor \(number) of LISTEN_FDS is no listening TCP socket, nor a Unix socket with a path"
    }
}

/// A socket of `LISTEN_FDS` of which `listen` does not say whether it has TLS, though some of its addresses have.
package struct UnlistedSocket: Error, CustomStringConvertible {
    let address: ListenAddress
    package var description: String {
        let names = [address.withTLS, address].compactMap { $0.map { "\"\($0)\"" } }
        return
            "the socket \(address) of LISTEN_FDS is not in 'listen', which has addresses with TLS; add it as "
            + names.joined(separator: " or ")
    }
}
