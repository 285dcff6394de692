import NIOConcurrencyHelpers
import Testing

@testable import Realtime

@Suite struct InterestTests {
    private let nobody: @Sendable (Bool) -> Void = { _ in }

    @Test func `the first member subscribes, those who come meanwhile wait, later ones are ready`() {
        var interest = Interest()
        #expect(interest.join(LoggedStream(channel: "s", redis: nil), nobody) == .subscribe, "not the first")
        #expect(interest.join(LoggedStream(channel: "s", redis: nil), nobody) == .wait, "did not wait")
        #expect(interest.subscribed("s", true).count == 2)
        #expect(interest.join(LoggedStream(channel: "s", redis: nil), nobody) == .ready, "not ready")
        #expect(interest.subscribed("s", true).isEmpty)
    }

    @Test func `everybody who waited is told, once`() {
        let told = NIOLockedValueBox<[Bool]>([])
        var interest = Interest()
        for _ in 0..<3 {
            _ = interest.join(LoggedStream(channel: "s", redis: nil)) { answer in
                told.withLockedValue { $0.append(answer) }
            }
        }
        for waiter in interest.subscribed("s", true) { waiter(true) }
        #expect(told.withLockedValue { $0 } == [true, true, true])
    }

    @Test func `after a refusal the next one tries again`() {
        var interest = Interest()
        _ = interest.join(LoggedStream(channel: "s", redis: nil), nobody)
        #expect(interest.subscribed("s", false).count == 1)
        #expect(!interest.wants("s"))
        #expect(interest.join(LoggedStream(channel: "s", redis: nil), nobody) == .subscribe, "no new try")
    }

    @Test func `a stream is given up when its last member has been gone for the linger`() throws {
        var interest = Interest()
        for _ in 0..<2 { _ = interest.join(LoggedStream(channel: "s", redis: nil), nobody) }
        _ = interest.subscribed("s", true)
        #expect(interest.leave("s") == nil)
        let generationLeft = interest.leave("s")
        let generation = try #require(generationLeft)
        #expect(interest.wants("s"))
        #expect(interest.lingered("s", generation) == true)
        #expect(!interest.wants("s"))
        #expect(interest.streams == 0)
    }

    @Test func `whoever comes back within the linger finds it ready, and the linger is void`() throws {
        var interest = Interest()
        _ = interest.join(LoggedStream(channel: "s", redis: nil), nobody)
        _ = interest.subscribed("s", true)
        let firstLeft = interest.leave("s")
        let first = try #require(firstLeft)
        #expect(interest.join(LoggedStream(channel: "s", redis: nil), nobody) == .ready, "not ready")
        #expect(interest.lingered("s", first) == false)
        let secondLeft = interest.leave("s")
        let second = try #require(secondLeft)
        #expect(interest.lingered("s", first) == false, "an older linger must not end a younger one")
        #expect(interest.lingered("s", second) == true)
        #expect(interest.lingered("s", second) == false)
    }

    @Test func `whoever leaves before Redis confirmed still gives the stream up`() throws {
        var interest = Interest()
        _ = interest.join(LoggedStream(channel: "s", redis: nil), nobody)
        let generationLeft = interest.leave("s")
        let generation = try #require(generationLeft)
        _ = interest.subscribed("s", true)
        #expect(interest.lingered("s", generation) == true)
    }

    @Test func `any order of joins, leaves and lingers ends with nothing wanted once all have left`() {
        for _ in 0..<500 {
            var interest = Interest()
            var members = 0
            var lingers: [Int] = []
            for _ in 0..<Int.random(in: 1...30) {
                switch Int.random(in: 0..<3) {
                case 0:
                    if case .subscribe = interest.join(LoggedStream(channel: "s", redis: nil), nobody) {
                        _ = interest.subscribed("s", true)
                    }
                    members += 1
                case 1 where members > 0:
                    members -= 1
                    if let generation = interest.leave("s") { lingers.append(generation) }
                default:
                    if let generation = lingers.popLast(), interest.lingered("s", generation) {
                        #expect(members == 0)
                    }
                }
            }
            while members > 0 {
                members -= 1
                if let generation = interest.leave("s") { lingers.append(generation) }
            }
            for generation in lingers { _ = interest.lingered("s", generation) }
            #expect(!interest.wants("s"))
        }
    }
}
