internal import Dispatch
internal import Glibc
internal import Synchronization

/// Signals that end the process.
enum Termination {
    /// Watches for SIGTERM and SIGINT from here on; call it once, before anybody can know that the process runs.
    ///
    /// - Parameters:
    ///   - onFirst: gets the name of the first.
    ///   - onSecond: gets the name of a further one, before that ends the process.
    static func watch(
        onFirst: @escaping @Sendable (String) -> Void,
        onSecond: @escaping @Sendable (String) -> Void
    ) {
        // Whoever writes to what nobody reads hears of it by an error. A handler, unlike SIG_IGN, is not passed on to programs that
        // are started for tokens.
        signal(SIGPIPE) { _ in }
        let watches = [(SIGTERM, "SIGTERM"), (SIGINT, "SIGINT")].map { number, name in
            SignalWatch(number) {
                guard hasRung.exchange(true, ordering: .relaxed) else { return onFirst(name) }
                onSecond(name)
                _exit(1)
            }
        }
        // They last as long as the process: its end is what they watch over.
        lasting.withLock { $0 += watches }
    }

    private static let hasRung = Atomic<Bool>(false)
    private static let lasting = Mutex<[SignalWatch]>([])
}

/// Calls a handler at each arrival of one signal, on a background queue, instead of its default action.
///
/// Safety: a Dispatch source may be used, cancelled and released on any thread.
struct SignalWatch: @unchecked Sendable {
    private let source: any DispatchSourceSignal

    init(_ number: Int32, _ handler: @escaping @Sendable () -> Void) {
        signal(number, SIG_IGN)
        source = DispatchSource.makeSignalSource(
            signal: number, queue: DispatchQueue.global(qos: .utility))
        source.setEventHandler(handler: handler)
        source.resume()
    }

    func cancel() {
        source.cancel()
    }
}
