internal import SluiceCore
internal import SluiceRedis
internal import Synchronization

/// Where a process counts limits, whatever configuration it has: a reload forgets nothing.
final class LimitStores: Sendable {
    private let memory = MemoryLimitStore()
    private let shared = Mutex<(settings: RedisSettings, store: RedisLimitStore)?>(nil)

    /// - Parameters:
    ///   - settings: nil to count in memory.
    ///   - telemetry: shows how Redis is.
    func store(for settings: RedisSettings?, _ telemetry: Telemetry) -> any LimitStore {
        guard let settings, let address = RedisAddress(settings.url) else { return memory }
        return shared.withLock { shared in
            if let shared, shared.settings == settings { return shared.store }
            let failsOpen = settings.failsOpen
            let client = RedisClient(address, timeout: settings.timeout) {
                telemetry.noteRedis(at: "\(address)", failsOpen: failsOpen, reason: $0)
            }
            let store = RedisLimitStore(
                client, prefix: settings.prefix, failsOpen: failsOpen,
                dropped: { telemetry.noteDroppedSettlements($0) },
                failed: { telemetry.noteRedisFailure(isUncounted: failsOpen) })
            store.watch()
            shared = (settings, store)
            return store
        }
    }

    /// Waits a little until Redis has heard of all that requests used.
    func finish() async {
        await shared.withLock { $0?.store }?.finish(within: .seconds(2))
    }
}
