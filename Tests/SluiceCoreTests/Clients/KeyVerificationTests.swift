import Foundation
import SluiceCrypto
import SluiceTesting
import SluiceWire
import Synchronization
import Testing

@testable import SluiceCore

/// Hashes that take long: computed elsewhere, a few at a time, and remembered.
@Suite(.timeLimit(.minutes(1)))
struct KeyVerificationTests {
    /// Computes when it is told to, and counts.
    final class Computer: Sendable {
        private let state = Mutex((begun: 0, open: false))
        private let gate = NSCondition()

        var begun: Int { state.withLock { $0.begun } }

        func compute(_ key: UnverifiedKey) -> Bool {
            state.withLock { $0.begun += 1 }
            gate.lock()
            gate.broadcast()
            while !state.withLock({ $0.open }) { gate.wait() }
            gate.unlock()
            return key.bytes.starts(with: "right".utf8)
        }

        func open() {
            gate.lock()
            state.withLock { $0.open = true }
            gate.broadcast()
            gate.unlock()
        }

        /// Returns when so many computations have begun.
        func wait(for count: Int) async {
            while begun < count { try? await Task.sleep(for: .milliseconds(1)) }
        }
    }

    private let computer = Computer()

    private func key(_ text: String, _ id: String, _ of: KeyVerification) throws -> UnverifiedKey {
        let hash = try #require(TestKey.slowHash)
        return of.unverified(Array(text.utf8), id: id, hash: hash, prefix: of.prefix(for: hash))
    }

    @Test func oneComputationServesAllWhoSendTheSameKey() async throws {
        let verification = KeyVerification(atOnce: 2, mostWaiting: 9, compute: computer.compute)
        let key = try key("right", "a", verification)
        async let answers = withTaskGroup(of: KeyVerification.Answer?.self) { group in
            for _ in 0..<5 { group.addTask { await verification.verify(key, from: "a") } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        await computer.wait(for: 1)
        computer.open()
        #expect(await answers == Array(repeating: .right, count: 5))
        #expect(await verification.verify(key, from: "a") == .right)
        #expect(computer.begun == 1)
    }

    @Test func aBurstOfOneKeyIsServedWhateverItsSize() async throws {
        let verification = KeyVerification(atOnce: 1, mostWaiting: 1, compute: computer.compute)
        let (key, busy) = (
            try key("right", "a", verification), try key("right too", "b", verification)
        )
        async let first = verification.verify(busy, from: "x")
        await computer.wait(for: 1)
        let tasks = (0..<200).map { _ in
            Task.immediate { await verification.verify(key, from: "a") }
        }
        computer.open()
        for task in tasks { #expect(await task.value == .right) }
        #expect(await first == .right)
        #expect(computer.begun == 2)
    }

    /// Returns the answers to keys of one ID, each by its sender's address, in their order.
    private func answers(
        to senders: [String], _ verification: KeyVerification
    ) async throws -> [KeyVerification.Answer?] {
        let first = try key("right 0", "a", verification)
        async let answer = verification.verify(first, from: "z")
        await computer.wait(for: 1)
        let keys = try senders.indices.map { try key("right \($0 + 1)", "a", verification) }
        let tasks = zip(keys, senders).map { key, sender in
            Task.immediate { await verification.verify(key, from: sender) }
        }
        computer.open()
        #expect(await answer == .right)
        var answers: [KeyVerification.Answer?] = []
        for task in tasks { answers.append(await task.value) }
        return answers
    }

    @Test func otherKeysOfTheSameIDWaitForTheirTurn() async throws {
        let verification = KeyVerification(atOnce: 2, mostWaiting: 64, compute: computer.compute)
        let answers = try await answers(to: ["x", "y"], verification)
        #expect(answers == [.right, .right])
        #expect(computer.begun == 3)
    }

    @Test func aStrangerWhoKnowsAnIDLeavesRoomForItsOwner() async throws {
        let verification = KeyVerification(atOnce: 2, mostWaiting: 64, compute: computer.compute)
        let strangers = Array(repeating: "x", count: 6)
        let answers = try await answers(to: strangers + ["owner"], verification)
        #expect(answers == [.right, .right, .right, .right, nil, nil, .right])
    }

    @Test func onlySoManyKeysOfOneIDWait() async throws {
        let verification = KeyVerification(atOnce: 2, mostWaiting: 64, compute: computer.compute)
        let answers = try await answers(to: (0..<10).map(String.init), verification)
        #expect(answers == Array(repeating: .right, count: 8) + [nil, nil])
    }

    @Test func whatIsKnownOutlivesAReloadAndNotItsHash() async throws {
        let verification = KeyVerification()
        let key = ClientKey()
        let hash = try #require(key.hash(isSlow: true))
        func directory(_ hash: KeyHash, _ name: String) -> ClientDirectory {
            ClientDirectory(
                [.init(hash: hash, client: Client(name: name))], verification: verification)
        }
        let former = directory(hash, "former")
        guard case .unverified(let unverified) = former.find(bearer(key.text)),
            case .client = await former.verify(unverified, from: "a"),
            case .client(let client) = directory(hash, "new").find(bearer(key.text))
        else { return #expect(Bool(false), "it has to be computed again") }
        #expect(client.name == "new")
        // The same key with another salt is another hash.
        let other = try #require(key.hash(isSlow: true))
        guard case .unverified = directory(other, "other").find(bearer(key.text)) else {
            return #expect(Bool(false), "it is known by another hash")
        }
    }

    @Test func onlySoManyAreComputedAtATimeAndSoManyWait() async throws {
        let verification = KeyVerification(atOnce: 2, mostWaiting: 1, compute: computer.compute)
        let keys = try (0..<4).map { try key("right \($0)", "\($0)", verification) }
        let (turnedAway, ended) = AsyncStream.makeStream(of: Int.self)
        let tasks = keys[..<2].map { key in Task { await verification.verify(key, from: "a") } }
        await computer.wait(for: 2)
        // Of the two others one waits and one is turned away, whichever comes first.
        let others = keys[2...].enumerated().map { index, key in
            Task {
                let answer = await verification.verify(key, from: "a")
                if answer == nil { ended.yield(index) }
                return answer
            }
        }
        for await _ in turnedAway { break }
        #expect(computer.begun == 2)
        computer.open()
        for task in tasks { #expect(await task.value == .right) }
        var answers: [KeyVerification.Answer?] = []
        for task in others { answers.append(await task.value) }
        #expect(answers.count { $0 == .right } == 1)
        #expect(computer.begun == 3)
    }

    @Test func aKeyIsComputedAgainOnceNobodyUsedItForAnHour() async throws {
        let start = ContinuousClock.now
        let passed = Mutex(Duration.zero)
        computer.open()
        let verification = KeyVerification(
            atOnce: 1, mostWaiting: 1, now: { start.advanced(by: passed.withLock { $0 }) },
            compute: computer.compute)
        for (text, answer) in [("right", KeyVerification.Answer.right), ("wrong", .wrong)] {
            passed.withLock { $0 = .zero }
            let key = try key(text, "a", verification)
            let before = computer.begun
            // What is wrong stays so for an hour, however often it comes.
            for (seconds, begun) in [
                (0, 1), (3_599, 1), (3_600, answer == .right ? 1 : 2),
                (7_199, answer == .right ? 1 : 2),
                (10_799, answer == .right ? 2 : 3),
            ] {
                passed.withLock { $0 = .seconds(seconds) }
                #expect(await verification.verify(key, from: "a") == answer)
                #expect(computer.begun - before == begun, "\(text) at \(seconds)")
            }
        }
    }

    @Test func onlySoManyAreRemembered() {
        var recent = RecentDigests(limit: 3)
        let now = ContinuousClock.now
        let digests = (0..<5).map { byte in
            let bytes = [UInt8(byte)]
            return SHA256.digest(of: bytes.span)
        }
        for digest in digests + [digests[4]] {
            recent.add(digest, until: now.advanced(by: .seconds(1)))
        }
        #expect(digests.map { recent.contains($0, at: now) } == [false, false, true, true, true])
    }

    @Test func anArgon2KeyLetsInAndTheNextRequestNeedsNoTask() async throws {
        let key = ClientKey()
        let hash = try #require(key.hash(isSlow: true))
        let harness = try harness([ClientDirectory.Entry(hash: hash, client: Client(name: "slow"))])
        await harness.send(chat, headers: bearer(key.text))
        #expect(harness.writer.head?.status == 200)
        #expect(harness.record?.clientName == "slow")
        let directory = ClientDirectory([.init(hash: hash, client: Client(name: "slow"))])
        guard case .unverified(let unverified) = directory.find(bearer(key.text)) else {
            return #expect(Bool(false), "it is known before it was computed")
        }
        guard case .client = await directory.verify(unverified, from: "a"),
            case .client = directory.find(bearer(key.text))
        else { return #expect(Bool(false), "it is not known afterwards") }
    }

    @Test(
        arguments: [
            { $0 + "x" }, { String($0.dropLast()) + ($0.last == "0" ? "1" : "0") },
            { $0.replacing("slk-", with: "slk_") }, { "slk-0000000000" + $0.dropFirst(14) },
        ] as [@Sendable (String) -> String])
    func aWrongArgon2KeyIsRefused(_ change: @Sendable (String) -> String) async throws {
        let key = ClientKey()
        let entry = ClientDirectory.Entry(
            hash: try #require(key.hash(isSlow: true)), client: Client(name: "slow"))
        let harness = try harness([entry])
        for _ in 0..<2 {
            await harness.send(chat, headers: bearer(change(key.text)))
            #expect(harness.writer.head?.status == 401)
            #expect(harness.writer.text.contains("invalid_api_key"))
        }
    }

    @Test func aBusyVerificationIsToldToBeTriedLater() async throws {
        let verification = KeyVerification(atOnce: 0, mostWaiting: 0, compute: computer.compute)
        let key = ClientKey()
        let entry = ClientDirectory.Entry(
            hash: try #require(key.hash(isSlow: true)), client: Client(name: "slow"))
        let harness = try harness([entry], verification: verification)
        await harness.send(chat, headers: bearer(key.text))
        #expect(harness.writer.head?.status == 503)
        #expect(harness.writer.head?.headers[.retryAfter] == "1")
        #expect(harness.writer.text.contains("authentication_busy"))
        #expect(!harness.writer.text.contains(key.text))
    }
}
