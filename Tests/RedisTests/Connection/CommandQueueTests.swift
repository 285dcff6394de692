import NIOCore
import Synchronization
import Testing

@testable import Redis

@Suite struct CommandQueueTests {
    private final class Outcomes: Sendable {
        let all = Mutex<[String]>([])
        func command(_ name: String, at deadline: Int64) -> PendingCommand {
            PendingCommand(
                completion: .callback { result in
                    let text =
                        switch result {
                        case .success(let value): "\(name)=\(value.int ?? -1)"
                        case .failure(let error): "\(name) \(error.code)"
                        }
                    self.all.withLock { $0.append(text) }
                }, name: name, byteCount: 10, deadline: .uptimeNanoseconds(UInt64(deadline)))
        }
        var list: [String] { all.withLock { $0 } }
    }

    @Test func `replies go to commands in order`() {
        let outcomes = Outcomes()
        var queue = CommandQueue()
        queue.append(outcomes.command("a", at: 1))
        queue.append(outcomes.command("b", at: 2))
        #expect((1...3).map { queue.answer(.integer($0)) } == [true, true, false])
        #expect(outcomes.list == ["a=1", "b=2"])
        let settled = queue.takeSettled()
        #expect(settled == (2, 20))
    }

    @Test func `the late reply of a timed-out command goes to nobody, and to no other`() {
        let outcomes = Outcomes()
        var queue = CommandQueue()
        for (name, deadline) in [("a", 10), ("b", 20), ("c", 30)] {
            queue.append(outcomes.command(name, at: Int64(deadline)))
        }
        queue.abandonExpired(at: .uptimeNanoseconds(20), RedisError(.timeout, ""))
        #expect(outcomes.list == ["a timeout", "b timeout"])
        #expect(queue.nextDeadline == .uptimeNanoseconds(30))
        #expect(queue.oldestDeadline == .uptimeNanoseconds(10))
        #expect((1...3).map { queue.answer(.integer($0)) } == [true, true, true])
        #expect(outcomes.list == ["a timeout", "b timeout", "c=3"])
        #expect(queue.nextDeadline == nil && queue.isEmpty)
    }

    @Test func `expired commands that were never sent leave with their bytes`() {
        let outcomes = Outcomes()
        var queue = CommandQueue()
        for (name, deadline) in [("a", 10), ("b", 20)] {
            queue.append(outcomes.command(name, at: Int64(deadline)))
        }
        let bytes = queue.removeExpired(at: .uptimeNanoseconds(10), RedisError(.connection, ""))
        #expect(bytes == 10)
        #expect(outcomes.list == ["a connection"])
        #expect(queue.count == 1)
    }

    @Test func `commands counted ahead of their replies are counted once`() {
        let outcomes = Outcomes()
        var queue = CommandQueue()
        for name in ["a", "b", "c"] { queue.append(outcomes.command(name, at: 1)) }
        queue.settle(first: 2)
        let ahead = queue.takeSettled()
        #expect(ahead == (2, 20))
        queue.failAll(RedisError(.connection, ""))
        let rest = queue.takeSettled()
        #expect(rest == (1, 10))
    }

    @Test func `an error reply fails its command alone`() {
        let outcomes = Outcomes()
        var queue = CommandQueue()
        queue.append(outcomes.command("a", at: 1))
        queue.append(outcomes.command("b", at: 1))
        #expect([.error("ERR no"), .integer(2)].map { queue.answer($0) } == [true, true])
        #expect(outcomes.list == ["a server", "b=2"])
    }
}
