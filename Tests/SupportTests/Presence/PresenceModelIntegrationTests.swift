import Foundation
import Realtime
import Redis
import TestSupport
import Testing

@testable import Support

/// Random sockets on random gateways that now and then die: after every step Redis says of everybody what the model
/// says, and of each subject people hear *there* and *gone* in turns.
@Suite struct PresenceModelIntegrationTests {
    private struct Gateway {
        var ledger: PresenceLedger
        var sockets: [Presence.Subject] = []
    }

    @Test(arguments: [1, 2] as [UInt64])
    func `a thousand random steps, gateways killed and paused among them`(_ seed: UInt64) async throws {
        try await TestWorld.withPrivate(redis: []) { world, _ in
            let fixture = try await SupportFixture.make(in: world) { $0.presenceLinger = .zero }
            let presence = fixture.desk.presence
            let chats = (0..<6).map { _ in Chat.Address(accountID: fixture.account, chatID: .new()) }
            var subjects = chats.map {
                Presence.Subject(name: "u \(fixture.account) \($0.chatID)", card: nil)
            }
            for name in ["Ann", "Bob"] {
                let agent = AgentSession(
                    loginID: .new(), accountID: fixture.account, agentID: .new(), name: name, role: .agent)
                for chat in chats.prefix(2) { subjects += Presence.subjects(of: .agent(agent), in: chat) }
            }
            var random = Steps(state: seed)
            var names = 0
            func fresh() -> Gateway {
                names += 1
                return Gateway(ledger: PresenceLedger(process: "g\(names)", limit: 3))
            }
            var gateways = (0..<4).map { _ in fresh() }

            /// What a gateway does at its beat.
            func beat(_ index: Int) async throws {
                while let turn = gateways[index].ledger.next() {
                    let answer = try await presence.beat(
                        turn.step, as: turn.gateway, came: turn.came, went: turn.went)
                    // Now and then the answer is lost, and the same is told again.
                    if random.next() % 7 == 0 { continue }
                    guard gateways[index].ledger.finished(turn, answer) else { break }
                }
            }

            try await Listening.to(chats[0], in: world) { listening in
                for step in 0..<1000 {
                    let index = Int(random.next() % 4)
                    switch random.next() % 20 {
                    case 0:  // killed: its lease ends, and another process takes its place
                        try await lapse(gateways[index], world.redis)
                        gateways[index] = fresh()
                    case 1:  // paused beyond its lease: it comes to and knows nothing of it
                        try await lapse(gateways[index], world.redis)
                    case 2..<10 where !gateways[index].sockets.isEmpty:
                        let leaving = Int(random.next() % UInt64(gateways[index].sockets.count))
                        gateways[index].ledger.leave(gateways[index].sockets.remove(at: leaving))
                    default:
                        let subject = subjects[Int(random.next() % UInt64(subjects.count))]
                        gateways[index].sockets.append(subject)
                        gateways[index].ledger.join(subject)
                    }
                    guard step % 5 == 4 else { continue }
                    // Twice: the first round may clear away what a paused gateway of this round names anew.
                    for _ in 0..<2 { for index in gateways.indices { try await beat(index) } }
                    _ = try await presence.beat(.begin, as: "sweeper", came: [], went: [])
                    let expected = Set(gateways.flatMap { $0.sockets.map(\.name) })
                    let online = try await world.redis.send(["ZRANGE", "{c0}:presence:online", "0", "-1"])
                    #expect(Set((online.array ?? []).compactMap(\.text)) == expected, "step \(step)")
                }
                let told = try await listening.staff.said("presence")
                for chat in chats {
                    let changes = told.filter { $0.chatId == chat.chatID.description }.map(\.online)
                    #expect(changes.enumerated().allSatisfy { $0.element == $0.offset.isMultiple(of: 2) })
                }
                #expect(told.count > 50)
            }
        }
    }

    /// As if the gateway had been silent for as long as its lease lasts.
    private func lapse(_ gateway: Gateway, _ redis: RedisClient) async throws {
        var ledger = gateway.ledger
        guard let turn = ledger.next(), turn.step != .begin else { return }
        _ = try await redis.send(["ZADD", "{c0}:presence:gateways", "XX", "1", .string(turn.gateway)])
    }

    /// The same steps for the same seed (xorshift64*).
    private struct Steps {
        var state: UInt64

        mutating func next() -> UInt64 {
            state ^= state >> 12
            state ^= state << 25
            state ^= state >> 27
            return (state &* 2_685_821_657_736_338_717) >> 33
        }
    }
}
