import SluiceConfig
import SluiceCore

@testable import Sluice

/// Texts of proxy.conf: settings come of them, or errors that say where.
func checkConfiguration(_ input: [UInt8]) {
    guard let text = String(validating: input, as: UTF8.self) else { return }
    let found = errors(of: text)
    property(
        "A configuration is judged alike each time.", found.map(\.description).sorted(),
        errors(of: text).map(\.description).sorted())
    let lines = input.count { $0 == 0x0A } + 1
    for error in found {
        property("An error says something.", !error.message.isEmpty)
        property("An error is on a line that is there.", 1...lines ~= error.line ?? 1, "\(error)")
        property(
            "An error is told in one line.", !error.description.utf8.contains(0x0A), "\(error)")
    }
}

private func errors(of text: String) -> [ConfigurationError] {
    do {
        let root = try Configuration.parse(
            text, file: "proxy.conf", environment: ["NAME": "value", "EMPTY": ""])
        _ = try ProxySettings(root, registry: .standard)
        return []
    } catch let errors as ConfigurationErrors {
        property("What is refused is refused for something.", !errors.isEmpty)
        return errors.errors
    } catch let error as ConfigurationError {
        return [error]
    } catch {
        property("A configuration is refused with errors of the configuration.", false, "\(error)")
        return []
    }
}
