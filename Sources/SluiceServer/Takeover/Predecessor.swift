internal import CSluiceLinux
internal import Glibc

/// The process that serves until now, as the one that takes over sees it.
///
/// It is asked for its sockets at the start and told that this process serves once it does. Should this process end before that, nothing
/// has happened. Calls wait for the answer, some seconds at most: make them before anything else runs.
package final class Predecessor {
    private let channel: TakeoverChannel
    /// Its listening sockets.
    package let listeners: InheritedListeners
    /// Where takeovers are asked for, for this process to take over in turn.
    package let gate: Listener
    /// Those that come with a file, which is removed with the last of them.
    private var filed: [Listener] = []
    private static let seconds: Int32 = 10

    /// Nil when nobody listens at `path`.
    ///
    /// - Parameter activated: sockets from a service manager.
    /// - Throws: ``TakeoverFailure``.
    package init?(at path: String, activated: [Listener] = []) throws(TakeoverFailure) {
        let descriptor = sluice_connect_packets(path, Self.seconds)
        guard descriptor >= 0 else {
            let code = sluice_errno()
            if code == ENOENT || code == ECONNREFUSED { return nil }
            throw TakeoverFailure(path: path, reason: String(cString: strerror(code)))
        }
        guard let channel = TakeoverChannel(descriptor) else {
            throw TakeoverFailure(path: path, reason: "the process there is another user's")
        }
        self.channel = channel
        guard case .message(.offer(let count), let socket?) = try Self.ask(.hello, channel, path)
        else { throw TakeoverFailure(path: path) }
        let address = ListenAddress.unix(path: path)
        gate = Listener(inherited: socket, wanted: address, address: address)
        var offered: [Listener] = []
        for index in 0..<count {
            guard
                case .message(.listener(let wanted, let address, let withFile), let socket?) =
                    try Self.ask(.give(index: index), channel, path)
            else { throw TakeoverFailure(path: path) }
            let listener = Listener(inherited: socket, wanted: wanted, address: address)
            offered.append(listener)
            if withFile { filed.append(listener) }
        }
        listeners = InheritedListeners(activated: activated, offered: offered)
    }

    /// Its process ID.
    package var process: Int32 { channel.peer }

    /// Says that this process serves, and waits until the other one accepts no more. A predecessor that has gone in the meantime has left
    /// everything as well.
    ///
    /// - Parameter serving: where this process listens.
    /// - Returns: whether it answered.
    @discardableResult
    package func relieve(serving: Server?) -> Bool {
        let used = serving?.listeners ?? []
        let taken = listeners.taken(by: used)
        var answered = false
        if channel.send(.ready(taken: taken.sorted())),
            case .message(.yours, _) = channel.receive()
        {
            answered = true
        }
        gate.own()
        for listener in filed { listener.own() }
        for (index, listener) in listeners.offered.enumerated()
        where !used.contains(where: { $0 === listener }) {
            // The file is either gone, or belongs to what listens there now.
            if taken.contains(index) || answered { listener.disown() }
            listener.close()
        }
        return answered
    }

    private static func ask(
        _ question: TakeoverMessage, _ channel: TakeoverChannel, _ path: String
    ) throws(TakeoverFailure) -> TakeoverChannel.Received {
        guard channel.send(question) else { throw TakeoverFailure(path: path) }
        let answer = channel.receive()
        if case .nothing = answer {
            throw TakeoverFailure(
                path: path,
                reason:
                    "process \(channel.peer) there has not answered for \(seconds) seconds; it hangs, or somebody else is taking over from it"
            )
        }
        return answer
    }
}

/// Somebody listens at the takeover socket and does not hand over.
package struct TakeoverFailure: Error, CustomStringConvertible {
    let path: String
    var reason = "the process there does not answer as this version does"
    package var description: String { "cannot take over at \(path): \(reason)" }
}
