internal import CSluiceCurl
internal import Glibc
internal import SluiceLoop

/// One libcurl multi handle, driven by the loop's poller.
final class DialGroup: AlarmHandler {
    private let poller: Poller
    private let alarm: Alarm
    // Safety: made here, used on the loop only, freed in `deinit` after all of its easy handles.
    private let multi: UnsafeMutableRawPointer
    private var sockets: [Int32: DialSocket] = [:]
    private var dials: [UnsafeMutableRawPointer: Dial] = [:]
    private var spare: [UnsafeMutableRawPointer] = []
    /// The socket that libcurl must not close, because it is ours now.
    private var taken = CURL_SOCKET_BAD
    private var isTelling = false
    /// Handles in the multi handle: dials, and connections that stay with libcurl.
    private(set) var count = 0

    private static let maximumSpare = 4

    init(_ poller: Poller) {
        self.poller = poller
        alarm = Alarm(poller)
        guard let multi = curl_multi_init() else {
            preconditionFailure("out of memory")
        }
        self.multi = multi
        // Safety: the callbacks are called by libcurl functions that this object calls, on its loop.
        sluice_curl_multi_set_callbacks(
            multi, Self.onSocket, Self.onTimer, Unmanaged.passUnretained(self).toOpaque())
        sluice_curl_multi_set_long(
            multi, CURLMOPT_MAXCONNECTS, 4 * Dialer.connectionsPerGroup)
        alarm.handler = self
    }

    deinit {
        alarm.cancel()
        sluice_curl_multi_set_callbacks(multi, nil, nil, nil)
        for handle in dials.keys {
            curl_multi_remove_handle(multi, handle)
            curl_easy_cleanup(handle)
        }
        for handle in spare { curl_easy_cleanup(handle) }
        curl_multi_cleanup(multi)
    }

    func start(_ dial: Dial) {
        guard let handle = spare.popLast() ?? curl_easy_init() else {
            let failure = DialFailure(detail: "out of memory", timedOut: false)
            dial.takeObserver()?.dialled(.failure(failure))
            return
        }
        dial.handle = handle
        dial.configure(handle, closing: self)
        dials[handle] = dial
        count += 1
        curl_multi_add_handle(multi, handle)
        act(on: CURL_SOCKET_TIMEOUT, 0)
    }

    func cancel(_ dial: Dial) {
        guard let handle = dial.handle else { return }
        dial.handle = nil
        dials[handle] = nil
        release(handle)
    }

    func cancelAll() {
        for dial in Array(dials.values) { dial.cancel() }
    }

    /// Closes the handle's connection and keeps the handle for another dial.
    func release(_ handle: UnsafeMutableRawPointer) {
        curl_multi_remove_handle(multi, handle)
        count -= 1
        guard spare.count < Self.maximumSpare else {
            curl_easy_cleanup(handle)
            return
        }
        curl_easy_reset(handle)
        spare.append(handle)
    }

    func rang(_ alarm: Alarm) {
        act(on: CURL_SOCKET_TIMEOUT, 0)
    }

    /// Has libcurl work, then tells the observers of dials that are done.
    func act(on socket: curl_socket_t, _ events: Int32) {
        var running: Int32 = 0
        curl_multi_socket_action(multi, socket, events, &running)
        // Whoever hears of a failure may dial again. Told from in there, dials that fail together would pile up on the stack.
        guard !isTelling else { return }
        isTelling = true
        defer { isTelling = false }
        var code = CURLE_OK
        while let handle = sluice_curl_next_done(multi, &code) {
            guard let dial = dials.removeValue(forKey: handle) else { continue }
            dial.handle = nil
            finish(dial, handle, code)
        }
    }

    private func finish(_ dial: Dial, _ handle: UnsafeMutableRawPointer, _ code: CURLcode) {
        let socket = sluice_curl_socket(handle)
        guard code == CURLE_OK, socket != CURL_SOCKET_BAD else {
            let failure = DialFailure(
                detail: dial.detail(code), timedOut: code == CURLE_OPERATION_TIMEDOUT)
            release(handle)
            dial.takeObserver()?.dialled(.failure(failure))
            return
        }
        stopWatching(socket)
        if dial.isWrapped {
            Dial.detachMessage(from: handle)
            give(.wrapped(WrappedLink(handle, descriptor: socket, group: self)), to: dial)
        } else {
            taken = socket
            release(handle)
            taken = CURL_SOCKET_BAD
            give(.socket(socket), to: dial)
        }
    }

    private func give(_ link: Link, to dial: Dial) {
        guard let observer = dial.takeObserver() else {
            link.close(reset: false)
            return
        }
        observer.dialled(.success(link))
    }

    // MARK: What libcurl asks for

    private func watch(_ socket: curl_socket_t, _ what: Int32) {
        if what == CURL_POLL_REMOVE { return stopWatching(socket) }
        var readiness: Readiness = []
        if what & CURL_POLL_IN != 0 { readiness.insert(.readable) }
        if what & CURL_POLL_OUT != 0 { readiness.insert(.writable) }
        if let known = sockets[socket]?.watch {
            poller.change(known, of: socket, to: readiness)
            return
        }
        let entry = DialSocket(socket, group: self)
        entry.watch = poller.watch(socket, for: readiness, handler: entry)
        sockets[socket] = entry
    }

    private func stopWatching(_ socket: curl_socket_t) {
        guard let watch = sockets.removeValue(forKey: socket)?.watch else { return }
        poller.unwatch(watch, of: socket)
    }

    private func setTimer(_ milliseconds: Int) {
        alarm.set(after: milliseconds < 0 ? nil : UInt64(milliseconds) * 1_000_000)
    }

    // Safety: in these three, `context` is the group that called libcurl, alive during that call and on this thread.

    private static let onSocket: curl_socket_callback = { _, socket, what, context, _ in
        guard let context else { return 0 }
        Unmanaged<DialGroup>.fromOpaque(context).takeUnretainedValue().watch(socket, what)
        return 0
    }

    private static let onTimer: curl_multi_timer_callback = { _, milliseconds, context in
        guard let context else { return 0 }
        Unmanaged<DialGroup>.fromOpaque(context).takeUnretainedValue().setTimer(milliseconds)
        return 0
    }

    static let onClose: curl_closesocket_callback = { context, socket in
        guard let context else { return Glibc.close(socket) }
        let group = Unmanaged<DialGroup>.fromOpaque(context).takeUnretainedValue()
        return group.taken == socket ? 0 : Glibc.close(socket)
    }
}

/// A socket that libcurl waits for.
private final class DialSocket: ReadinessHandler {
    private let socket: curl_socket_t
    private unowned let group: DialGroup
    var watch: Poller.Watch?

    init(_ socket: curl_socket_t, group: DialGroup) {
        self.socket = socket
        self.group = group
    }

    func ready(_ readiness: Readiness) {
        var events: Int32 = 0
        if readiness.contains(.readable) { events |= CURL_CSELECT_IN }
        if readiness.contains(.writable) { events |= CURL_CSELECT_OUT }
        if !readiness.isDisjoint(with: [.failed, .hungUp]) { events |= CURL_CSELECT_ERR }
        group.act(on: socket, events)
    }
}
