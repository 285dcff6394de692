/// Which timers a conversation has, by what happens in it: pure rules.
package enum TimePolicy {
    package enum Kind {
        package static let firstReply = "first_reply"
        package static let nextReply = "next_reply"
        package static let resolution = "resolution"
        package static let idle = "idle"
        package static let archive = "archive"
    }

    /// Something to do with a timer.
    package enum Step: Sendable, Equatable {
        /// Set it, whether or not it was set.
        case set(SupportTimer, Setting)
        /// Set it if neither it nor the other one is there.
        case begin(SupportTimer, Setting, unless: SupportTimer?)
        case drop(SupportTimer)
    }

    package struct Setting: Sendable, Equatable {
        /// Nil = it is there and never due: it has had its turn, or stands for something that has no time.
        package let due: Timestamp?
        package let note: String

        static let parked = Setting(due: nil, note: "")
    }

    /// What a fact asks for, in this order.
    package static func steps(_ fact: Fact, _ rules: TimeRules, _ hours: Hours?) -> [Step] {
        switch fact.kind {
        case .messageCreated:
            guard let message = fact.message else { return [] }
            return steps(after: message, opens: fact.conversation?.version == 1, in: fact.chat, rules, hours)
        case .conversationEnded:
            guard let conversation = fact.conversation?.id else { return [] }
            return [Kind.firstReply, Kind.nextReply, Kind.resolution, Kind.idle].map {
                .drop(SupportTimer($0, fact.chat, conversation))
            }
        case .chatArchived:
            return fact.archived == true ? [.drop(SupportTimer(Kind.archive, fact.chat))] : []
        default: return []
        }
    }

    private static func steps(
        after message: Message, opens: Bool, in chat: Chat.Address, _ rules: TimeRules, _ hours: Hours?
    ) -> [Step] {
        func timer(_ kind: String) -> SupportTimer { SupportTimer(kind, chat, message.conversationID) }
        let (at, seq) = (message.createdAt, message.seq)
        var steps: [Step] = []
        if opens, let setting = setting(rules.resolution, from: at, seq, hours) {
            steps.append(.begin(timer(Kind.resolution), setting, unless: nil))
        }
        switch message.senderType {
        case .user:
            steps.append(.drop(timer(Kind.idle)))
            if opens {
                // Where only later replies have a target, it stands for "nobody has replied yet".
                let first = setting(rules.firstReply, from: at, seq, hours)
                if let setting = first ?? (rules.nextReply == nil ? nil : .parked) {
                    steps.append(.begin(timer(Kind.firstReply), setting, unless: nil))
                }
            } else if let setting = setting(rules.nextReply, from: at, seq, hours) {
                // The first message without an answer counts, not each one after it.
                steps.append(.begin(timer(Kind.nextReply), setting, unless: timer(Kind.firstReply)))
            }
        case .admin:
            steps += [.drop(timer(Kind.firstReply)), .drop(timer(Kind.nextReply))]
            if let idle = rules.idle { steps.append(.set(timer(Kind.idle), self.idle(idle, from: at, seq))) }
        }
        if let after = rules.archiveAfter {
            steps.append(
                .set(
                    SupportTimer(Kind.archive, chat),
                    Setting(due: at.adding(.seconds(after)), note: "\(seq)")))
        }
        return steps
    }

    /// The warning comes first; what it finds in the note is by when the target is to be reached.
    static func setting(
        _ target: TimeRules.Target?, from moment: Timestamp, _ seq: Int, _ hours: Hours?
    ) -> Setting? {
        guard let target, let due = hours.deadline(from: moment, adding: .seconds(target.within)) else {
            return nil
        }
        let warning = target.warnBefore.flatMap {
            hours.deadline(from: moment, adding: .seconds(target.within - $0))
        }
        return Setting(due: warning ?? due, note: "\(seq) \(due.milliseconds)")
    }

    static func idle(_ idle: TimeRules.Idle, from moment: Timestamp, _ seq: Int) -> Setting {
        Setting(
            due: moment.adding(.seconds(idle.after - idle.countdown)),
            note: idle.countdown > 0 ? "warn \(seq) \(idle.countdown * 1000)" : "end \(seq)")
    }
}
