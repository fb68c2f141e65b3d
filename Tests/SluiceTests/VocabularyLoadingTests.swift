import SluiceConfig
import Testing

@testable import Sluice
@testable import SluiceProcessors

/// Where limits are configured, no request waits for the vocabulary of a model that the file names.
struct VocabularyLoadingTests {
    @Test func vocabulariesAreUnpackedBeforeTheFirstRequest() async throws {
        let proxy = try await Proxy.start(
            try Configuration.parse(
                """
                [[providers]]
                type = "echo"
                models = ["text-davinci-003"]
                [[processors]]
                type = "token-limits"
                max_prompt_tokens = 5
                """), listen: [])
        #expect(TokenizerSource.named("p50k_base").loaded != nil)
        await proxy.stop()
    }
}
