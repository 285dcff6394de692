import Foundation
import Logging
import NIOConcurrencyHelpers
import Realtime
import Redis
import Support

/// Hears what two screens would: the visitor's, and the agent's. From the moment at which an agent is made free to the
/// one at which both have been told of the next conversation.
final class AssignmentEars: Sendable {
    private struct Wanted {
        var chat: String
        var staff: String
        var heard: Set<String> = []
        var done: CheckedContinuation<ContinuousClock.Instant, Never>?
    }

    private let wanted = NIOLockedValueBox<Wanted?>(nil)
    private let house: House

    init(_ house: House) { self.house = house }

    /// Ends conversations one after the other, each the one that was assigned by the end of the one before. Milliseconds
    /// each; the first one only begins the chain.
    func listen(_ samples: Int, from first: Chat.Address, in line: Line) async throws -> [Double] {
        let subscriber = RedisSubscriber(
            house.settings.redis, group: house.group, logger: house.logger,
            onMessages: { [self] messages in for message in messages { hear(message) } },
            onReconnect: { _ in })
        try await subscriber.subscribe([first.staffChannel])
        var took: [Double] = []
        var current = first
        for _ in 0...samples {
            let head = try await house.desk.lines.page(
                of: line.name, first.accountID, in: first.cell, offset: 0, limit: 1)
            guard let id = head.first?.chatID else { break }
            let next = Chat.Address(cell: first.cell, accountID: first.accountID, chatID: id)
            try await subscriber.subscribe([next.channel])
            took.append(try await measure(current, next))
            subscriber.unsubscribe([next.channel])
            current = next
        }
        await subscriber.shutdown()
        return Array(took.dropFirst())
    }

    private func measure(_ current: Chat.Address, _ next: Chat.Address) async throws -> Double {
        wanted.withLockedValue { $0 = Wanted(chat: next.channel, staff: next.staffChannel) }
        let start = ContinuousClock.now
        async let heard = withCheckedContinuation {
            (continuation: CheckedContinuation<ContinuousClock.Instant, Never>) in
            wanted.withLockedValue { wanted in
                guard wanted?.heard.count != 2 else {
                    return continuation.resume(returning: ContinuousClock.now)
                }
                wanted?.done = continuation
            }
        }
        try await house.desk.endings.end(current, Ending(.serviceEnded, by: .system), at: .now())
        return (await heard - start) / .milliseconds(1)
    }

    private func hear(_ message: RedisMessage) {
        let now = ContinuousClock.now
        wanted.withLockedValue { wanted in
            guard var state = wanted, message.channel == state.chat || message.channel == state.staff else {
                return
            }
            let text = String(buffer: message.payload)
            let chat = state.chat.split(separator: ":").last.map(String.init) ?? ""
            let isOfChat = message.channel == state.chat && text.contains(#""type":"conversation""#)
            let isOfStaff = message.channel == state.staff && text.contains(chat)
            guard (isOfChat || isOfStaff) && text.contains(#""status":"active""#) else { return }
            state.heard.insert(message.channel)
            if state.heard.count == 2, let done = state.done {
                state.done = nil
                done.resume(returning: now)
            }
            wanted = state
        }
    }
}
