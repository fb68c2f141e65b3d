public import SluiceCore
public import SluiceLoop

/// Exchanges know their loop by what it offers only.
extension LoopTask: SpawnedWork {}
