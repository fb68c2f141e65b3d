internal import CSluiceLinux
internal import Glibc

/// Descriptors that a loop keeps for when the process has none left: with one of them it can still take a connection and see what it wants.
final class Reserve {
    private var held: [Int32] = []
    private let size: Int

    init(_ size: Int) {
        self.size = size
        fill()
    }

    deinit {
        for descriptor in held { close(descriptor) }
    }

    /// Lets one go, so that the next call that needs one succeeds.
    ///
    /// - Returns: false when none is left.
    func spend() -> Bool {
        guard let descriptor = held.popLast() else { return false }
        close(descriptor)
        return true
    }

    /// Takes back what was spent, as far as the process has descriptors again.
    ///
    /// - Returns: whether there is more than before.
    @discardableResult
    func fill() -> Bool {
        let before = held.count
        while held.count < size {
            // Sockets need neither a file system nor a device.
            let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | sluice_cloexec, 0)
            guard descriptor >= 0 else { break }
            held.append(descriptor)
        }
        return held.count > before
    }
}
