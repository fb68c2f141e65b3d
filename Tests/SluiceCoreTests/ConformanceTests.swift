import SluiceCore
import SluiceProviders
import SluiceTesting
import SluiceWire
import Testing

struct ConformanceTests {
    private let suite = ProcessorConformance(parser: OpenAIRequestParser())

    @Test func aProcessorThatKeepsTheRulesHasNoViolations() async throws {
        #expect(try await suite.violations(of: Traced()) == [])
        let refusing = Traced("r") { $0.processes = { _ in throw ProxyError.invalidRequest("x") } }
        #expect(try await suite.violations(of: refusing) == [])
        let editing = Traced("e") {
            $0.interest = [.head, .events, .document]
            $0.edits = { $0.text.contains("a") ? .wait : .drop }
        }
        #expect(try await suite.violations(of: editing) == [])
    }

    @Test(arguments: [0, 99, 199, 600])
    func aStatusThatIsNoneIsFound(status: Int) async throws {
        let breaking = Traced("b") {
            $0.interest = .head
            $0.heads = { $0.status = status }
        }
        let violations = try await suite.violations(of: breaking)
        #expect(violations.contains { $0.hasPrefix("the client got status \(status)") })
    }

    @Test func anAnswerWithAnImpossibleStatusIsFound() async throws {
        let breaking = Traced("b") {
            $0.processes = { _ in .respond(.text("x", status: 100)) }
        }
        #expect(try await suite.violations(of: breaking).isEmpty == false)
    }
}
