import Foundation

/// The scriptable upstream, running as a process of its own: it records what a proxy really sends, answers in the
/// provider's dialect and misbehaves on purpose.
///
/// It ends with this object, or with the test process at the latest: it watches its standard input. Scenarios and
/// records are JSON text and JSON objects, in the words of the upstream's own documentation.
///
/// ```swift
/// let upstream = try Upstream()
/// try upstream.push(#"{"chunks": 10, "fault": "rst@event:3"}"#)
/// // ... let the proxy ask upstream.url ...
/// try upstream.wait(#"{"closed_by_peer": -1}"#)
/// #expect(try upstream.requests().count == 1)
/// ```
public final class Upstream {
    /// Where a proxy connects.
    public let port: Int
    /// All ports, where more than one was asked for.
    public let ports: [Int]
    /// The same as an address to put before `/v1`.
    public var url: String { "http://127.0.0.1:\(port)" }

    private let control: Int
    private let process = Process()
    private let input = Pipe()

    private struct Ready: Decodable {
        let port: Int
        let control: Int
        let ports: [Int]
    }

    /// Starts it and waits until it listens.
    ///
    /// - Parameter arguments: further options, such as `["--recordings", path]`.
    /// - Throws: what `Process` throws, or a `CocoaError` if it says nothing.
    public init(_ arguments: [String] = []) throws {
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            ["python3", "-B", Shared.upstream.path, "--until-stdin-eof"] + arguments
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        var line = Data()
        while line.last != UInt8(ascii: "\n") {
            let next = output.fileHandleForReading.readData(ofLength: 1)
            guard !next.isEmpty else { throw CocoaError(.fileReadUnknown) }
            line += next
        }
        let ready = try JSONDecoder().decode(Ready.self, from: line)
        (port, ports, control) = (ready.port, ready.ports, ready.control)
    }

    deinit { close() }

    /// Stops it and waits for its end; a second call does nothing.
    public func close() {
        guard process.isRunning else { return }
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    // MARK: Control

    /// Queues `scenario` for the next request, or for the next `times` (-1: all) requests that meet `condition`.
    public func push(_ scenario: String, when condition: String = "{}", times: Int = 1) throws {
        try call(
            "POST", "/queue",
            body: #"{"scenario": \#(scenario), "when": \#(condition), "times": \#(times)}"#)
    }

    /// Blocks until `condition` holds.
    ///
    /// - Parameters:
    ///   - condition: an object such as `{"requests": 1}`; `timeout_ms` in it is 5000 unless given.
    /// - Throws: ``UpstreamError`` with status 408 if it does not come true in time.
    @discardableResult
    public func wait(_ condition: String) throws -> [String: Any] {
        try call("POST", "/wait", body: condition)
    }

    /// What it was asked so far, oldest first.
    public func requests(_ query: String = "") throws -> [[String: Any]] {
        try call("GET", "/requests" + query)["requests"] as? [[String: Any]] ?? []
    }

    /// Gauges and counts.
    public func stats() throws -> [String: Any] {
        try call("GET", "/stats")
    }

    /// Forgets records, queue and names, and lets go what is held.
    public func reset() throws {
        try call("POST", "/reset", body: "{}")
    }

    /// Lets go what a `hold:NAME` fault holds.
    public func release(_ name: String = "*") throws {
        try call("POST", "/release", body: #"{"name": "\#(name)"}"#)
    }

    /// One call of the control API; the answer as an object.
    ///
    /// - Throws: ``UpstreamError`` for any status but 200, ``SocketError`` if it does not answer.
    @discardableResult
    public func call(_ method: String, _ path: String, body: String = "") throws -> [String: Any] {
        let client = try RawClient(port: control, patience: 60)
        try client.send(
            "\(method) \(path) HTTP/1.1\r\nHost: control\r\nConnection: close\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
        let answer = try client.response()
        guard answer.status == 200 else {
            throw UpstreamError(status: answer.status, answer: answer.text)
        }
        let object = try JSONSerialization.jsonObject(with: Data(answer.body))
        return object as? [String: Any] ?? [:]
    }
}

/// The upstream's control API refused, or a wait timed out (408).
public struct UpstreamError: Error {
    /// The status of the answer.
    public let status: Int
    /// Its body.
    public let answer: String
}
