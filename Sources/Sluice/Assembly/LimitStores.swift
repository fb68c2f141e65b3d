internal import SluiceCore
internal import SluiceRedis
internal import Synchronization

/// Where a process counts limits, whatever configuration it has: a reload forgets nothing.
final class LimitStores: Sendable {
    private let memory = MemoryLimitStore()
    private let shared = Mutex<(settings: RedisSettings, store: RedisLimitStore)?>(nil)

    /// - Parameter settings: nil to count in memory.
    func store(for settings: RedisSettings?) -> any LimitStore {
        guard let settings, let address = RedisAddress(settings.url) else { return memory }
        return shared.withLock { shared in
            if let shared, shared.settings == settings { return shared.store }
            let store = RedisLimitStore(
                RedisClient(address, timeout: settings.timeout), prefix: settings.prefix,
                failsOpen: settings.failsOpen)
            shared = (settings, store)
            return store
        }
    }
}
