import Realtime

/// What `assignment/configure` is brought with one call. Every value is a string.
struct Brought: Encodable, Sendable {
    var lines: [[String: String]]?
    var agents: [[String: String]]?
    var gone: [String]?
    var ready: String?

    static func line(_ line: Line, _ plan: AssignmentRows.Plan) -> [String: String] {
        let office = plan.offices[line.inbox]
        let rules = office?.rules ?? LineRules()
        let canWiden = !line.skills.isEmpty || (rules.overflowTeam != nil && rules.overflowTeam != line.team)
        return [
            "id": line.name, "mode": rules.mode.rawValue, "closed": office?.isShut == true ? "1" : "0",
            "weight": "\(office?.weight ?? AssignmentRows.unit)",
            "limit": "\(rules.lineLimit)", "wait_ms": "\(rules.waitLimit * 1000)",
            "widen_ms": canWiden ? "\(rules.widenAfter * 1000)" : "0",
            "overflow": rules.overflowTeam?.description ?? "", "offer_ms": "\(rules.offerTime * 1000)",
            "reply_ms": "\(rules.firstReplyLimit * 1000)",
        ]
    }

    /// All agents with the lines that each can serve. Their grace is the longest of the inboxes that are theirs.
    static func agents(of plan: AssignmentRows.Plan, serving lines: Set<Line>) -> [[String: String]] {
        var served: [Agent.ID: [String]] = [:]
        var grace: [Agent.ID: Int] = [:]
        for line in lines {
            let own = plan.offices[line.inbox]?.rules.grace ?? LineRules().grace
            for member in plan.servers(of: line) {
                served[member.id, default: []].append(line.name)
                grace[member.id] = max(grace[member.id] ?? 0, own)
            }
        }
        return plan.members.values.map { member in
            [
                "id": member.id.description, "name": JSONText.string(member.name),
                "capacity": "\(member.capacity)", "chosen": member.availability,
                "grace_ms": "\((grace[member.id] ?? LineRules().grace) * 1000)",
                "lines": (served[member.id] ?? []).sorted().joined(separator: " "),
            ]
        }
    }
}
