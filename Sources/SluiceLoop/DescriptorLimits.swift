internal import CSluiceLinux

/// Which descriptors traffic may take, so that some are always left.
///
/// The kernel gives out the lowest number that is free: a socket's number says that all below it are in use. What needs the last ones
/// cannot do without: Dispatch ends the process when it cannot open a file about one of its workers.
public struct DescriptorLimits: Sendable, Equatable {
    /// A client whose socket has this number, or a higher one, is let in only to ask for the proxy's own state.
    public let clients: Int32
    /// No socket of an upstream has this number, or a higher one.
    public let upstreams: Int32
    /// No socket of a client has this number, or a higher one.
    public let traffic: Int32

    /// For a process that may open so many.
    init(of limit: Int32) {
        clients = limit - max(16, min(limit / 4, 4096))
        upstreams = limit - max(12, min(limit / 16 * 3, 96))
        traffic = limit - max(8, min(limit / 8, 64))
    }

    /// By the process' present limit.
    public static var current: DescriptorLimits { DescriptorLimits(of: sluice_descriptor_limit()) }

    /// Lets the process open as many as it may without asking for more rights. The usual 1024 are for programs that call select(2).
    public static func raise() {
        sluice_raise_descriptor_limit()
    }
}
