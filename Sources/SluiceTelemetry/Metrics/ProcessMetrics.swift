internal import Foundation
internal import Glibc

/// What every Prometheus client tells of its process, read from Linux' `/proc` when asked.
struct ProcessMetrics: Sendable {
    private let resident: PrometheusGauge
    private let processorTime: PrometheusCounter
    private let openFiles: PrometheusGauge
    private let maxFiles: PrometheusGauge
    private let startTime: PrometheusGauge

    init(_ registry: MetricsRegistry) {
        resident = registry.gauge(
            "process_resident_memory_bytes", help: "Resident memory size in bytes.")
        processorTime = registry.counter(
            "process_cpu_seconds_total", help: "User and system CPU time spent in seconds.")
        openFiles = registry.gauge("process_open_fds", help: "Number of open file descriptors.")
        maxFiles = registry.gauge(
            "process_max_fds", help: "Maximum number of open file descriptors.")
        startTime = registry.gauge(
            "process_start_time_seconds",
            help: "Start time of the process since the Unix epoch in seconds.")
        if let seconds = Self.startSeconds() { startTime.set(seconds) }
    }

    /// Reads everything anew; some tens of microseconds.
    func update() {
        if let pages = Self.fields("/proc/self/statm").dropFirst().first.flatMap({ Double($0) }) {
            resident.set(pages * Double(sysconf(Int32(_SC_PAGESIZE))))
        }
        var time = timespec()
        if clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 {
            processorTime.mirror(Double(time.tv_sec) + Double(time.tv_nsec) / 1_000_000_000)
        }
        if let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            // One of them is the descriptor by which they are listed.
            openFiles.set(Double(max(0, names.count - 1)))
        }
        maxFiles.set(Double(sysconf(Int32(_SC_OPEN_MAX))))
    }

    /// Boot time plus the start time that the kernel gives in clock ticks since then (proc_pid_stat(5), field 22).
    private static func startSeconds() -> Double? {
        let stat = text("/proc/self/stat")
        // The command in parentheses may contain spaces; what follows it does not. Field 3 comes first.
        guard let end = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        guard fields.count > 19, let ticks = Double(fields[19]) else { return nil }
        let boot = text("/proc/stat").split(separator: "\n").first { $0.hasPrefix("btime ") }
        guard let boot, let bootSeconds = Double(boot.dropFirst(6)) else { return nil }
        return bootSeconds + ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private static func fields(_ path: String) -> [Substring] {
        text(path).split(separator: " ")
    }

    private static func text(_ path: String) -> String {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
