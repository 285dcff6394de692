import NIOCore
import Realtime
import Redis

/// Who is there: contacts in their chats, agents on duty, and which agents have a chat open.
///
/// A gateway holds a *lease* in Redis, which it renews with every beat, and under it names each *subject* that at
/// least one of its sockets stands for. A subject is there while some gateway holds it, on however many devices:
///
///     absent ──came (told)──▶ there ──last gateway let go──▶ leaving ──linger over (told)──▶ absent
///                               ▲                               │
///                               └────── came back, untold ──────┘
///
/// A gateway that dies stops renewing; the next beat of any other one, or sweep of a worker, finds its lease at an end
/// and lets go of all it held. So a beat costs as much as changed, not as much as is there, and a gateway without sockets
/// costs nothing.
package struct Presence: Sendable {
    /// Something that can be there, as the scripts name it.
    package struct Subject: Hashable, Sendable {
        let name: String
        /// An agent's `{"id","name"}`.
        let card: String?

        package static func == (a: Self, b: Self) -> Bool { a.name == b.name }
        package func hash(into hasher: inout Hasher) { hasher.combine(name) }
    }

    package enum Step: String, Sendable {
        /// The first call under a name.
        case begin
        case beat
        /// The last one: nothing is held any more.
        case end
        /// No gateway's: only tells of those who are gone, see `PresenceSweep`.
        case sweep
    }

    package enum Beat: Sendable, Equatable {
        /// The lease is renewed; with `more` the next beat should follow at once, as many have to be told to be gone.
        case beating(more: Bool)
        /// The lease came to an end, or Redis lost it: begin anew, under a new name.
        case lapsed
    }

    /// Chats, agents and views that one answer to staff names at most.
    private static let readLimit = 1000
    /// What one call clears away at most, so that Redis is not held up; the rest follows at once.
    private static let sweepLimit = 500

    private let redis: RedisClient
    private let beatScript: RedisScript
    private let readScript: RedisScript
    package let configuration: SupportConfiguration

    package init(
        redis: RedisClient, scripts: ScriptLibrary, configuration: SupportConfiguration
    ) throws(RedisError) {
        self.redis = redis
        self.configuration = configuration
        beatScript = try scripts.script("presence/beat")
        readScript = try scripts.script("presence/read")
    }

    /// What a socket of this caller stands for: in a chat, or with nil on the staff's channel.
    package static func subjects(of caller: Principal, in chat: Chat.Address?) -> [Subject] {
        switch (caller, chat) {
        case (.contact, let chat?): [Subject(name: "u \(chat.accountID) \(chat.chatID)", card: nil)]
        case (.contact, nil): []
        case (.agent(let agent), let chat):
            [Subject(name: "a \(agent.accountID) \(agent.agentID)", card: agent.card)]
                + (chat.map { [Subject(name: "v \($0.accountID) \($0.chatID) \(agent.agentID)", card: nil)] }
                    ?? [])
        }
    }

    /// Renews a gateway's lease in a cell and says who came and went there since. May be repeated after an error.
    package func beat(
        _ step: Step, as gateway: String, in cell: Cell, came: [Subject], went: [Subject]
    ) async throws -> Beat {
        // By name, so that an agent is known before the chats that they have open.
        let changes =
            came.map { "+\($0.name)" + ($0.card.map { " \($0)" } ?? "") }.sorted()
            + went.map { "-\($0.name)" }
        let reply = try await redis.evaluate(
            beatScript,
            keys: ["gateways", "held", "holders", "online", "leaving", "notes"].map {
                cell.key("presence:\($0)")
            },
            arguments: [
                .string(gateway), .string(step.rawValue), .integer(configuration.presenceLease.milliseconds),
                .integer(configuration.presenceLinger.milliseconds), .string(cell.key("")),
                .integer(Self.sweepLimit), configuration.deskOptions,
            ] + changes.map { .string($0) })
        guard reply.array?.first?.text == "beating" else { return .lapsed }
        return .beating(more: reply.array?.last?.int == 1)
    }

    /// Who is there now, as the message that a subscriber begins with.
    ///
    /// A contact learns whether anybody on staff is there, and not who.
    package func read(for caller: Principal, in chat: Chat.Address?) async throws -> ByteBuffer? {
        let cell = caller.cell
        let reply = try await redis.evaluate(
            readScript, keys: [cell.key("presence:online"), cell.key("presence:notes")],
            arguments: [
                .string(caller.accountID.description), .string(chat?.chatID.description ?? ""),
                .integer(Self.readLimit),
            ])
        let parts = reply.array ?? []
        guard parts.count > 3, let version = parts[1].text else { return nil }
        if chat != nil {
            // Whoever asks is there, even if that is just being written down.
            let user = parts[2].int == 1 || caller.senderKind == .user
            let staff = parts[3].int == 1 || caller.senderKind == .admin
            return ByteBuffer(
                string: """
                    {"type":"presence","user":{"online":\(user)},"staff":{"online":\(staff)},"version":\(version)}
                    """)
        }
        guard case .agent = caller, parts.count > 4 else { return nil }
        let agents = (parts[2].array ?? []).compactMap(\.text)
        let chats = (parts[4].array ?? []).compactMap { $0.text.map(JSONText.string) }
        return ByteBuffer(
            string: """
                {"type":"presence","agents":[\(agents.joined(separator: ","))],\
                "viewing":[\(Self.views((parts[3].array ?? []).compactMap(\.text)))],\
                "chats":[\(chats.joined(separator: ","))],"version":\(version)}
                """)
    }

    /// `chat, agent, chat, agent …`, sorted by chat → one object for each chat.
    private static func views(_ pairs: [String]) -> String {
        var views: [(chat: String, agents: [String])] = []
        for index in stride(from: 0, to: pairs.count - 1, by: 2) {
            if views.last?.chat != pairs[index] { views.append((pairs[index], [])) }
            views[views.count - 1].agents.append(pairs[index + 1])
        }
        return views.map {
            #"{"chat_id":"\#($0.chat)","agents":[\#($0.agents.joined(separator: ","))]}"#
        }.joined(separator: ",")
    }
}

extension AgentSession {
    /// What others may see of an agent, as JSON.
    var card: String { #"{"id":"\#(agentID)","name":\#(JSONText.string(name))}"# }
}
