internal import CSluiceLinux

/// What epoll says of a descriptor.
public struct Readiness: OptionSet, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    public static let readable = Readiness(rawValue: EPOLLIN.rawValue)
    public static let writable = Readiness(rawValue: EPOLLOUT.rawValue)
    /// The peer sent its FIN: it will send no more, and usually has gone.
    public static let peerClosed = Readiness(rawValue: EPOLLRDHUP.rawValue)
    public static let hungUp = Readiness(rawValue: EPOLLHUP.rawValue)
    public static let failed = Readiness(rawValue: EPOLLERR.rawValue)

    /// Reports changes only, once each: what sockets use, so that interest is registered once for life.
    public static let edgeTriggered = Readiness(rawValue: EPOLLET.rawValue)
    /// One of several loops that wait on the same listener is woken, not all.
    public static let exclusive = Readiness(rawValue: EPOLLEXCLUSIVE.rawValue)
}

/// Something that wants to hear when its descriptor is ready. Called on the loop's thread.
public protocol ReadinessHandler: AnyObject {
    func ready(_ readiness: Readiness)
}
