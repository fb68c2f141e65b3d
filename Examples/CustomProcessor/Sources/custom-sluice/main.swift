import Sluice
import WordBudget

var registry = Registry.standard
registry.processor("word-budget", WordBudget.init)
await SluiceCommand.run(registry)
