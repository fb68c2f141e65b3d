import Sluice

/// Asks one question of a proxy that listens nowhere.
func ask(_ question: String, configuration path: String) async throws -> String {
    let proxy = try await Proxy.start(configuration: path, listen: [])
    let answer = try await proxy.pipeline.execute(question)
    let bytes = try await answer.body.collect()
    await proxy.stop()
    return String(decoding: bytes, as: UTF8.self)
}
