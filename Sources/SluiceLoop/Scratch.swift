internal import CSluiceLinux
internal import Glibc

/// How a read or a write on a non-blocking descriptor ended.
public enum Transfer: Sendable, Equatable {
    case moved(Int)
    case wouldBlock
    /// The peer's FIN, on reads.
    case ended
    case failed(errno: Int32)
}

/// The read buffer that all connections of one loop share.
///
/// Bytes in it are valid during one call only. That is enough: what is not passed on at once is copied by who keeps it.
public final class Scratch {
    public static let capacity = 64 * 1024

    // Safety: allocated once, lent as a span for the length of a closure, freed in `deinit`.
    private let storage: UnsafeMutableRawBufferPointer
    private var isLent = false

    init() {
        storage = .allocate(byteCount: Self.capacity, alignment: 64)
    }

    deinit {
        storage.deallocate()
    }

    /// Reads once from `descriptor`, `most` bytes and not more than the capacity, and lends what came to `use`.
    public func receive(
        _ descriptor: Int32, atMost most: Int = capacity, _ use: (Span<UInt8>) -> Void
    ) -> Transfer {
        fill(using: { recv(descriptor, $0, min($1, most), 0) }, use)
    }

    /// Reads once by `read`, which gets an address and a capacity and returns a count as `recv` does.
    public func fill(
        using read: (UnsafeMutableRawPointer, Int) -> Int, _ use: (Span<UInt8>) -> Void
    ) -> Transfer {
        precondition(
            !isLent, "the scratch buffer is lent already: reads happen at the top of a handler")
        guard let base = storage.baseAddress else { return .ended }
        let count = read(base, storage.count)
        if count > 0 {
            isLent = true
            defer { isLent = false }
            // Safety: `count` bytes at `base` were just written, and nobody writes while they are lent.
            use(
                Span(
                    _unsafeElements: UnsafeBufferPointer(
                        start: base.assumingMemoryBound(to: UInt8.self), count: count)))
            return .moved(count)
        }
        return count == 0 ? .ended : Transfer.failure()
    }
}

extension Transfer {
    /// Reads once from a descriptor to where the bytes stay.
    package static func receive(
        _ descriptor: Int32, atMost most: Int, into out: inout OutputSpan<UInt8>
    ) -> Transfer {
        var count = 0
        // Safety: at most the free capacity is written, and what was written is what becomes part of the span.
        out.withUnsafeMutableBufferPointer { buffer, filled in
            let free = UnsafeMutableRawBufferPointer(
                rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
            count = recv(descriptor, free.baseAddress, min(free.count, most), 0)
            filled += max(0, count)
        }
        if count > 0 { return .moved(count) }
        return count == 0 ? .ended : failure()
    }

    static func failure() -> Transfer {
        let code = sluice_errno()
        return code == EAGAIN || code == EINTR ? .wouldBlock : .failed(errno: code)
    }
}
