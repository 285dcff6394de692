import Hummingbird
import Support

/// `/admin/chats/:id/claim` and what else is done with who has a conversation.
struct AssignmentController {
    let desk: SupportDesk

    func add(to routes: RouterGroup<StaffContext>) {
        routes.post(":id/claim") { try await perform(.claim, $1) }
        routes.post(":id/accept") { try await perform(.accept, $1) }
        routes.post(":id/decline") { try await perform(.decline, $1) }
        routes.post(":id/unassign") { try await perform(.giveBack, $1) }
        routes.post(":id/assign", use: assign)
        routes.patch(":id", use: change)
    }

    private struct Output: Encodable {
        struct Row: Encodable {
            let id: Chat.ID
            let status: Conversation.Status
            let assigneeID: Agent.ID?

            enum CodingKeys: String, CodingKey {
                case id, status
                case assigneeID = "assignee_id"
            }

            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encode(id, forKey: .id)
                try container.encode(status, forKey: .status)
                try container.encode(assigneeID, forKey: .assigneeID)
            }
        }
        let chat: Row
    }

    private func perform(_ action: Assignments.Action, _ context: StaffContext) async throws -> JSONBody<
        Output
    > {
        let chat = try context.chat()
        let outcome = try await desk.assignments.perform(
            action, on: chat, by: context.session, at: context.now)
        return JSONBody(
            Output(chat: .init(id: chat.chatID, status: outcome.status, assigneeID: outcome.assigneeID)))
    }

    /// To an agent or to a team; with `override` beyond the agent's capacity.
    @Sendable private func assign(_ request: Request, _ context: StaffContext) async throws -> JSONBody<
        Output
    > {
        struct Input: Decodable {
            let agentID: Agent.ID?
            let teamID: Team.ID?
            let override: Bool?

            enum CodingKeys: String, CodingKey {
                case override
                case agentID = "agent_id"
                case teamID = "team_id"
            }
        }
        let input = try await request.json(Input.self)
        switch (input.agentID, input.teamID) {
        case (let agent?, nil):
            return try await perform(.assign(agent, beyondCapacity: input.override ?? false), context)
        case (nil, let team?):
            guard try await desk.teams.exists(team, in: context.session.accountID) else {
                throw SupportError.notFound("team")
            }
            return try await perform(.team(team), context)
        default:
            throw SupportError.invalid(field: "agent_id", "Name either an agent_id or a team_id.")
        }
    }

    /// `priority`: how soon it is its turn; `skills`: what whoever gets it has to know.
    @Sendable private func change(_ request: Request, _ context: StaffContext) async throws -> JSONBody<
        Output
    > {
        struct Input: Decodable {
            let priority: String?
            let skills: [String]?
        }
        let input = try await request.json(Input.self)
        if let skills = input.skills {
            guard skills.count <= 5, skills.allSatisfy(Line.isSkill) else {
                throw SupportError.invalid(
                    field: "skills", "At most 5, each of small letters, digits, _ and -, at most 32 long.")
            }
        }
        var answer: JSONBody<Output>?
        if let text = input.priority {
            guard let priority = Conversation.Priority(name: text) else {
                throw SupportError.invalid(field: "priority", "It is low, normal, high or urgent.")
            }
            answer = try await perform(.prioritise(priority), context)
        }
        if let skills = input.skills { answer = try await perform(.require(skills), context) }
        guard let answer else {
            throw SupportError.invalid(
                field: "priority", "There is nothing to change: name priority or skills.")
        }
        return answer
    }
}
