import Foundation
import Postgres
import Realtime

/// Who may be given what, and what is open, as PostgreSQL has it.
struct AssignmentRows: Sendable {
    /// Redis counts capacities and weights in hundredths, so that it only ever adds whole numbers.
    static let unit = 100

    struct Member: Sendable {
        let id: Agent.ID
        let name: String
        let capacity: Int
        let availability: String
        let skills: Set<String>
        var teams: Set<Team.ID> = []
        /// The inboxes that have chosen this agent.
        var inboxes: Set<Inbox.ID> = []
    }

    struct Office: Sendable {
        let id: Inbox.ID
        let rules: LineRules
        let weight: Int
        /// Whether it has members; otherwise it is everybody's.
        var isClosed = false
        /// Nobody is served there any more.
        let isShut: Bool
    }

    /// An account's staff and inboxes at one moment.
    struct Plan: Sendable {
        var members: [Agent.ID: Member] = [:]
        var offices: [Inbox.ID: Office] = [:]
    }

    /// An open conversation.
    struct Open: Sendable {
        let conversation: Conversation.ID
        let chat: Chat.ID
        let line: Line
        let assignee: Agent.ID?
        let isActive: Bool
        /// Its place in line, priority taken in.
        let score: Int
    }

    let postgres: PostgresPool

    func plan(of account: Account.ID) async throws -> Plan {
        let scope = PostgresScope.account(account)
        let (id, unit) = (account.uuid, Self.unit)
        var plan = Plan()
        for row in try await postgres.query(
            """
            SELECT g.id, g.name, \(unit)::integer * coalesce(g.capacity, a.agent_capacity) AS capacity, g.availability,
                array_to_string(g.skills, '+') AS skills
            FROM agents g JOIN accounts a ON a.id = g.account_id
            WHERE g.account_id = \(id) AND g.suspended_at IS NULL AND a.suspended_at IS NULL
            """, in: scope)
        {
            let agent = Agent.ID(try row.decode("id", as: UUID.self))
            plan.members[agent] = Member(
                id: agent, name: try row.decode("name"), capacity: try row.decode("capacity"),
                availability: try row.decode("availability"),
                skills: Set(try row.decode("skills", as: String.self).split(separator: "+").map(String.init)))
        }
        for row in try await postgres.query(
            """
            SELECT i.id, i.assignment::text AS rules, i.closed_at IS NOT NULL AS shut,
                round(\(unit)::integer * coalesce((a.channel_weights ->> i.channel)::numeric, 1))::integer AS weight
            FROM inboxes i JOIN accounts a ON a.id = i.account_id WHERE i.account_id = \(id)
            """, in: scope)
        {
            let inbox = Inbox.ID(try row.decode("id", as: UUID.self))
            let rules = try JSONDecoder().decode(
                LineRules.self, from: Data(try row.decode("rules", as: String.self).utf8))
            plan.offices[inbox] = Office(
                id: inbox, rules: rules, weight: try rules.weight ?? max(1, row.decode("weight")),
                isShut: try row.decode("shut"))
        }
        for row in try await postgres.query(
            "SELECT inbox_id, agent_id FROM inbox_members WHERE account_id = \(id)", in: scope)
        {
            let inbox = Inbox.ID(try row.decode("inbox_id", as: UUID.self))
            plan.offices[inbox]?.isClosed = true
            plan.members[Agent.ID(try row.decode("agent_id", as: UUID.self))]?.inboxes.insert(inbox)
        }
        for row in try await postgres.query(
            "SELECT team_id, agent_id FROM team_members WHERE account_id = \(id)", in: scope)
        {
            let agent = Agent.ID(try row.decode("agent_id", as: UUID.self))
            plan.members[agent]?.teams.insert(Team.ID(try row.decode("team_id", as: UUID.self)))
        }
        return plan
    }

    /// Which of these accounts are suspended; none while PostgreSQL, which alone knows, is away.
    func suspended(among accounts: [Account.ID]) async throws -> [Account.ID] {
        do {
            return try await postgres.query(
                "SELECT id FROM accounts WHERE id = ANY (\(accounts.map(\.uuid))) AND suspended_at IS NOT NULL"
            ).map { Account.ID(try $0.decode("id", as: UUID.self)) }
        } catch let error as PostgresError where error.isTransient {
            return []
        }
    }

    /// The next open conversations after `last`, in the order of their ids.
    func open(_ account: Account.ID, after last: Conversation.ID?, limit: Int) async throws -> [Open] {
        let rows = try await postgres.query(
            """
            SELECT v.id, v.chat_id, s.inbox_id, v.team_id, v.skills, v.priority, v.assignee_id, v.status,
                coalesce(v.place, (extract(epoch FROM v.opened_at) * 1000)::bigint) AS place
            FROM conversations v JOIN support_chats s ON s.account_id = v.account_id AND s.id = v.chat_id
            WHERE v.account_id = \(account.uuid) AND v.status <> 'ended'
                AND v.id > \(last?.uuid ?? UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)))
            ORDER BY v.id LIMIT \(limit)
            """, in: .account(account))
        return try rows.map { row in
            let skills: String = try row.decode("skills")
            let priority = Conversation.Priority(rawValue: try row.decode("priority")) ?? .normal
            return Open(
                conversation: .init(try row.decode("id", as: UUID.self)),
                chat: .init(try row.decode("chat_id", as: UUID.self)),
                line: Line(
                    inbox: .init(try row.decode("inbox_id", as: UUID.self)),
                    team: try row.decode("team_id", as: UUID?.self).map(Identifier.init),
                    skills: skills.split(separator: "+").map(String.init)),
                assignee: try row.decode("assignee_id", as: UUID?.self).map(Identifier.init),
                isActive: try row.decode("status", as: String.self) == "active",
                score: try row.decode("place", as: Int.self) - priority.headStart)
        }
    }
}

extension AssignmentRows.Plan {
    /// Who can serve a line: of its inbox, of its team, and with all of its skills.
    func servers(of line: Line) -> [AssignmentRows.Member] {
        guard let office = offices[line.inbox] else { return [] }
        return members.values.filter { member in
            (!office.isClosed || member.inboxes.contains(line.inbox))
                && (line.team.map(member.teams.contains) ?? true)
                && member.skills.isSuperset(of: line.skills)
        }
    }
}
