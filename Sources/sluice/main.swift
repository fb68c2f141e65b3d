import Sluice

await SluiceCommand.run(.standard)
