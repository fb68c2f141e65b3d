public import SluiceCore
internal import SluiceProcessors
internal import SluiceProviders

extension Registry {
    /// Everything that ships with Sluice. Add your own parts to a copy of it.
    public static var standard: Registry {
        var registry = Registry()
        registry.addStandardProviders()
        registry.addStandardProcessors()
        return registry
    }
}
