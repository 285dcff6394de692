import Foundation

/// How an inbox gives its conversations to agents. Every field has a default, so an empty object is a valid rule.
package struct LineRules: Codable, Sendable, Equatable {
    package enum Mode: String, Codable, Sendable {
        /// To whoever has least to do, at once.
        case automatic
        /// The same, but the agent is asked first.
        case offer
        /// Agents take what they want.
        case manual
    }

    package var mode: Mode = .automatic
    /// Conversations that may wait; whoever comes then is told at once that nobody can serve them. 0 is no limit.
    package var lineLimit = 0
    /// Seconds that somebody waits in line before the conversation ends. 0 is no limit.
    package var waitLimit = 0
    /// Seconds that an agent has to accept an offer.
    package var offerTime = 30
    /// Seconds that an agent has for the first reply before somebody else is given the conversation. 0 is no limit.
    package var firstReplyLimit = 0
    /// Seconds after which one who waits for certain skills, or a certain team, is served by whoever else can be. 0 never.
    package var widenAfter = 120
    /// Who serves those for whom their own team had no time.
    package var overflowTeam: Team.ID?
    /// What one conversation takes of an agent's capacity, in hundredths; nil is what the account says of the channel, or 100.
    package var weight: Int?
    /// Seconds that an agent may be gone before what they have is given to others.
    package var grace = 60

    package init() {}

    enum CodingKeys: String, CodingKey {
        case mode, weight
        case grace = "grace_s"
        case lineLimit = "line_limit"
        case waitLimit = "wait_limit_s"
        case offerTime = "offer_s"
        case firstReplyLimit = "first_reply_s"
        case widenAfter = "widen_after_s"
        case overflowTeam = "overflow_team_id"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func number(_ key: CodingKeys, _ path: WritableKeyPath<LineRules, Int>) throws {
            if let value = try values.decodeIfPresent(Int.self, forKey: key) { self[keyPath: path] = value }
        }
        if let mode = try values.decodeIfPresent(Mode.self, forKey: .mode) { self.mode = mode }
        try number(.lineLimit, \.lineLimit)
        try number(.waitLimit, \.waitLimit)
        try number(.offerTime, \.offerTime)
        try number(.firstReplyLimit, \.firstReplyLimit)
        try number(.widenAfter, \.widenAfter)
        try number(.grace, \.grace)
        weight = try values.decodeIfPresent(Int.self, forKey: .weight)
        overflowTeam = try values.decodeIfPresent(Team.ID.self, forKey: .overflowTeam)
    }

    /// Throws `.invalid`, naming the first field that is out of its range.
    package func validate() throws(SupportError) {
        let ranges: [(String, Int, ClosedRange<Int>)] = [
            ("line_limit", lineLimit, 0...1_000_000), ("wait_limit_s", waitLimit, 0...604_800),
            ("offer_s", offerTime, 5...600), ("first_reply_s", firstReplyLimit, 0...86_400),
            ("widen_after_s", widenAfter, 0...86_400), ("grace_s", grace, 5...3600),
            ("weight", weight ?? 100, 1...10_000),
        ]
        for (field, value, range) in ranges where !range.contains(value) {
            throw .invalid(
                field: field, "It is a number from \(range.lowerBound) to \(range.upperBound).")
        }
    }
}
