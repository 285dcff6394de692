/// What is done in an inbox when time passes: how fast answers have to be, and when silence ends something.
///
/// As REST takes and gives it, and as PostgreSQL keeps it; all times in seconds. What is not named is as below, and
/// null is never. Targets are promises that only the owner can make, so there are none unless set. That silence ends a
/// conversation is usual in live chat, and gives the agent's hands back.
package struct TimeRules: Codable, Sendable, Equatable {
    /// In business time of the inbox.
    package struct Target: Codable, Sendable, Equatable {
        package var within: Int
        /// So long before, staff are warned; nil = not at all. A fifth of the time when not named.
        package var warnBefore: Int?

        enum CodingKeys: String, CodingKey {
            case within = "within_s"
            case warnBefore = "warn_before_s"
        }

        package init(within: Int, warnBefore: Int?) { (self.within, self.warnBefore) = (within, warnBefore) }

        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            within = try container.decode(Int.self, forKey: .within)
            warnBefore =
                container.contains(.warnBefore)
                ? try container.decodeIfPresent(Int.self, forKey: .warnBefore) : within / 5
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(within, forKey: .within)
            try container.encode(warnBefore, forKey: .warnBefore)
        }
    }

    /// A contact who owes an answer: warned, then the conversation is ended.
    package struct Idle: Codable, Sendable, Equatable {
        /// From the agent's message to the end.
        package var after: Int
        /// How long before the end the contact is warned and sees the time run out.
        package var countdown: Int

        enum CodingKeys: String, CodingKey {
            case after = "after_s"
            case countdown = "countdown_s"
        }

        package init(after: Int, countdown: Int) { (self.after, self.countdown) = (after, countdown) }
    }

    package var firstReply: Target?
    package var nextReply: Target?
    package var resolution: Target?
    package var idle: Idle?
    /// From the last message on.
    package var archiveAfter: Int?

    package static let standard = TimeRules()

    package init() {
        idle = Idle(after: 1500, countdown: 300)
        archiveAfter = 30 * 86_400
    }

    enum CodingKeys: String, CodingKey {
        case idle
        case firstReply = "first_reply"
        case nextReply = "next_reply"
        case resolution
        case archiveAfter = "archive_after_s"
    }

    package init(from decoder: any Decoder) throws {
        self.init()
        let container = try decoder.container(keyedBy: CodingKeys.self)
        firstReply = try container.decodeIfPresent(Target.self, forKey: .firstReply)
        nextReply = try container.decodeIfPresent(Target.self, forKey: .nextReply)
        resolution = try container.decodeIfPresent(Target.self, forKey: .resolution)
        if container.contains(.idle) { idle = try container.decodeIfPresent(Idle.self, forKey: .idle) }
        if container.contains(.archiveAfter) {
            archiveAfter = try container.decodeIfPresent(Int.self, forKey: .archiveAfter)
        }
    }

    /// Null stands for never, so that clients find every member.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(firstReply, forKey: .firstReply)
        try container.encode(nextReply, forKey: .nextReply)
        try container.encode(resolution, forKey: .resolution)
        try container.encode(idle, forKey: .idle)
        try container.encode(archiveAfter, forKey: .archiveAfter)
    }

    /// Throws `SupportError.invalid`, naming the member.
    package func check() throws(SupportError) {
        let year = 366 * 86_400
        for (name, target) in [
            ("first_reply", firstReply), ("next_reply", nextReply), ("resolution", resolution),
        ] {
            guard let target else { continue }
            guard (1...year).contains(target.within) else {
                throw .invalid(field: "\(name).within_s", "It is 1 to \(year) seconds.")
            }
            if let before = target.warnBefore, !(0..<target.within).contains(before) {
                throw .invalid(field: "\(name).warn_before_s", "It is shorter than within_s, or null.")
            }
        }
        if let idle {
            guard (1...year).contains(idle.after) else {
                throw .invalid(field: "idle.after_s", "It is 1 to \(year) seconds.")
            }
            guard (0..<idle.after).contains(idle.countdown) else {
                throw .invalid(field: "idle.countdown_s", "It is shorter than after_s.")
            }
        }
        if let archiveAfter, !(1...10 * year).contains(archiveAfter) {
            throw .invalid(field: "archive_after_s", "It is 1 to \(10 * year) seconds, or null.")
        }
    }
}
