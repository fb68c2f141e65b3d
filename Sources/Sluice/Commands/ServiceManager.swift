internal import CSluiceLinux
internal import Glibc

/// The service manager that started this process, if it wants to know how it goes (sd_notify(3)).
enum ServiceManager {
    /// The proxy serves. Its process is named: it may be another one than the service manager started.
    static func ready() {
        tell("READY=1\nMAINPID=\(getpid())")
    }

    static func stopping() {
        tell("STOPPING=1")
    }

    private static func tell(_ text: String) {
        guard let path = getenv("NOTIFY_SOCKET") else { return }
        _ = sluice_notify(path, text)
    }
}
