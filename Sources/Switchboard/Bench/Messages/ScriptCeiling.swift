import NIOCore
import Support

/// What Redis alone allows: the very script call of a message, on the same keys, from one pipelining connection, with
/// no socket, no gateway and no persister in the way.
struct ScriptCeiling: Sendable {
    let house: House
    let chats: Int
    let concurrency: Int
    let duration: Duration

    /// Calls per second.
    func run(in inbox: Inbox) async throws -> Double {
        var configuration = house.settings.support
        configuration.contactMessages = RateLimit(burst: 1_000_000, per: .milliseconds(1))
        let desk = try house.desk(with: configuration)
        var sessions: [ContactSession] = []
        for _ in 0..<chats {
            sessions.append(try await desk.contacts.begin(.init(), in: inbox, at: .now()).session)
        }
        let begin = ContinuousClock.now
        let deadline = begin + duration
        let count = try await withThrowingTaskGroup(of: Int.self) { group in
            for worker in 0..<concurrency {
                group.addTask { [sessions] in
                    var count = 0
                    while ContinuousClock.now < deadline {
                        let session = sessions[(worker + count * concurrency) % sessions.count]
                        let draft = try MessageDraft(
                            content:
                                "message number \(count) of the bench, as long as a short sentence is, really",
                            clientID: "p\(worker)-\(count)", limit: 1000)
                        _ = try await desk.messages.send(
                            draft, to: Chat.Address(accountID: session.accountID, chatID: session.chatID),
                            from: .contact(session), at: .now())
                        count += 1
                    }
                    return count
                }
            }
            return try await group.reduce(0, +)
        }
        return Double(count) / ((ContinuousClock.now - begin) / .seconds(1))
    }
}
