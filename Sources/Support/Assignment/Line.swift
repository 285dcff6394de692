import Realtime

/// Those who wait for the same agents: of one inbox, perhaps for one team, perhaps for somebody who can do something.
package struct Line: Hashable, Sendable {
    package let inbox: Inbox.ID
    package let team: Team.ID?
    /// All of them are required, in the order of the alphabet.
    package let skills: [String]

    package init(inbox: Inbox.ID, team: Team.ID? = nil, skills: [String] = []) {
        self.inbox = inbox
        self.team = team
        self.skills = Set(skills).sorted()
    }

    /// `INBOX`, `INBOX/TEAM`, `INBOX/TEAM/SKILL+SKILL` or `INBOX//SKILL`, as `lua/assignment` names it.
    package var name: String {
        let team = team?.description ?? ""
        if !skills.isEmpty { return "\(inbox)/\(team)/\(Self.join(skills))" }
        return team.isEmpty ? inbox.description : "\(inbox)/\(team)"
    }

    package init?(name: String) {
        let parts = name.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard let inbox = Inbox.ID(String(parts[0])) else { return nil }
        let team = parts.count > 1 ? Team.ID(String(parts[1])) : nil
        guard team != nil || parts.count < 2 || parts[1].isEmpty else { return nil }
        self.init(
            inbox: inbox, team: team,
            skills: parts.count > 2 ? parts[2].split(separator: "+").map(String.init) : [])
    }

    static func join(_ skills: [String]) -> String { Set(skills).sorted().joined(separator: "+") }

    /// Small letters, digits, `_` and `-`, 32 at most: it is part of a key.
    package static func isSkill(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
                case UInt8(ascii: "_"), UInt8(ascii: "-"): true
                default: false
                }
            }
    }
}

extension Conversation {
    /// How much sooner than others it is its turn. Each step up is a head start, so that who waits long at a low one
    /// comes before who has just come at a higher one, and nobody starves.
    package enum Priority: Int, Codable, Sendable {
        case low, normal, high, urgent

        package init?(name: String) {
            switch name {
            case "low": self = .low
            case "normal": self = .normal
            case "high": self = .high
            case "urgent": self = .urgent
            default: return nil
            }
        }

        package var name: String { "\(self)" }

        /// Ms; the same numbers as in `lua/assignment/lines.part.lua`.
        var headStart: Int {
            switch self {
            case .low: -900_000
            case .normal: 0
            case .high: 900_000
            case .urgent: 3_600_000
            }
        }
    }
}
