import Realtime
import Redis

/// What people do with conversations: each is one script call, in which whoever gains room by it is given the next.
package struct Assignments: Sendable {
    package enum Action: Sendable {
        /// Takes one that waits.
        case claim
        /// Gives it to an agent. A supervisor may go beyond the agent's capacity, which is written down.
        case assign(Agent.ID, beyondCapacity: Bool = false)
        /// Puts it in a team's line, at its old place; nil is the inbox's own.
        case team(Team.ID?)
        /// Puts it back in line, at its old place.
        case giveBack
        case accept
        case decline
        case prioritise(Conversation.Priority)
        case require([String])

        fileprivate var words: (name: String, target: String) {
            switch self {
            case .claim: ("claim", "")
            case .assign(let agent, _): ("assign", agent.description)
            case .team(let team): ("team", team?.description ?? "")
            case .giveBack: ("back", "")
            case .accept: ("accept", "")
            case .decline: ("decline", "")
            case .prioritise(let priority): ("priority", "\(priority.rawValue)")
            case .require(let skills): ("skills", Line.join(skills))
            }
        }
    }

    /// How the conversation is now.
    package struct Outcome: Encodable, Sendable {
        package let status: Conversation.Status
        package let assigneeID: Agent.ID?

        enum CodingKeys: String, CodingKey {
            case status
            case assigneeID = "assignee_id"
        }
    }

    let redis: RedisClient
    let scripts: AssignmentScripts
    let coldChats: ColdChats
    let setup: AssignmentSetup

    /// Does it, or says why not: `.taken` with who has it, `.full`, `.conflict` when it is over, `.notFound` for a chat or
    /// an agent that is not there, `.forbidden`, `.unavailable` while the lines cannot be made.
    package func perform(
        _ action: Action, on chat: Chat.Address, by agent: AgentSession, at now: Timestamp
    ) async throws -> Outcome {
        var isBeyond = false
        if case .assign(_, let beyond) = action, beyond {
            try agent.require(.supervisor)
            isBeyond = true
        }
        let (name, target) = action.words
        for round in 0..<3 {
            let reply = try await coldChats.warm(chat, for: .agent(agent), at: now) {
                try await redis.evaluate(
                    scripts.act, keys: [chat.cell.state, chat.state],
                    arguments: [
                        .string(chat.accountID.description), .string(chat.chatID.description), .string(name),
                        .string(agent.agentID.description), .string(target), isBeyond ? "1" : "0",
                        coldChats.configuration.deskOptions,
                    ])
            }
            let parts = reply.array ?? []
            func part(_ index: Int) -> String { parts.count > index ? parts[index].text ?? "" : "" }
            switch part(0) {
            case "unready": try await setup.prepare(chat.accountID, in: chat.cell)
            // Hired since the lines were made, perhaps.
            case "unknown" where round == 0: try await setup.prepare(chat.accountID, in: chat.cell)
            case "done":
                return Outcome(
                    status: Conversation.Status(rawValue: part(1)) ?? .waiting, assigneeID: .init(part(2)))
            case "taken":
                throw SupportError.taken(
                    by: .init(id: .init(part(1)) ?? .new(), name: JSONText.decoded(part(2)) ?? ""))
            case "full": throw SupportError.full(capacity: (Int(part(2)) ?? 0) / AssignmentRows.unit)
            case "unknown": throw SupportError.notFound("agent")
            case "lapsed":
                throw SupportError.conflict(
                    code: "offer_lapsed", "This conversation is no longer offered to you.")
            default:
                throw SupportError.conflict(
                    code: "conversation_ended", "This chat has no open conversation.")
            }
        }
        throw SupportError.unavailable("Assignment is just being prepared; try again in a moment.")
    }

    /// A visitor asks for somebody: without a conversation, one opens and waits, or is given to an agent at once.
    package func ask(_ session: ContactSession, at now: Timestamp) async throws {
        let chat = session.chat
        _ = try await coldChats.warm(chat, for: .contact(session), at: now) {
            try await redis.evaluate(
                scripts.ask,
                keys: [chat.state, chat.history, chat.clients, chat.cell.journal, chat.cell.state],
                arguments: [
                    .integer(now.milliseconds), .string(now.iso8601),
                    .string(Conversation.ID.new(at: now).description), coldChats.configuration.deskOptions,
                ])
        }
    }
}
