// What a custom part is written with comes along with `import Sluice`, so that its author need not know the modules.
@_exported public import SluiceConfig
@_exported public import SluiceCore
@_exported public import SluiceJSON
@_exported public import SluiceProviders
@_exported public import SluiceServer
@_exported public import SluiceWire
