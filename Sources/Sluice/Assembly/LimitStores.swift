internal import SluiceCore
internal import SluiceRedis
internal import Synchronization

/// Where a process counts limits, whatever configuration it has: a reload forgets nothing.
final class LimitStores: Sendable {
    private let memory = MemoryLimitStore()
    private let shared = Mutex<(settings: RedisSettings, store: RedisLimitStore)?>(nil)

    /// - Parameters:
    ///   - settings: nil to count in memory.
    ///   - dropped: hears how many settlements were given up.
    func store(
        for settings: RedisSettings?, dropped: @escaping @Sendable (Int) -> Void
    ) -> any LimitStore {
        guard let settings, let address = RedisAddress(settings.url) else { return memory }
        return shared.withLock { shared in
            if let shared, shared.settings == settings { return shared.store }
            let store = RedisLimitStore(
                RedisClient(address, timeout: settings.timeout), prefix: settings.prefix,
                failsOpen: settings.failsOpen, dropped: dropped)
            shared = (settings, store)
            return store
        }
    }
}
