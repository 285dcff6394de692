/// What a gateway's sockets stand for, and what of it Redis has been told. Pure: no clock, no server.
///
/// Many sockets may stand for the same subject; Redis hears of the first and the last. What comes and goes between
/// two beats is told together, and what came and went again not at all.
package struct PresenceLedger: Sendable {
    /// One call that is to be made.
    package struct Turn: Sendable {
        package let step: Presence.Step
        package let gateway: String
        package let came: [Presence.Subject]
        package let went: [Presence.Subject]
    }

    private let process: String
    private let limit: Int
    /// Each life of the lease has a name of its own.
    private var life = 1
    private var hasBegun = false
    private var sockets: [Presence.Subject: Int] = [:]
    private var told: Set<Presence.Subject> = []
    private var changed: Set<Presence.Subject> = []

    /// - Parameters:
    ///   - process: a name that no other gateway has or had.
    ///   - limit: changes that one call carries.
    package init(process: String, limit: Int = 500) {
        self.process = process
        self.limit = limit
    }

    /// Nothing is held and nothing is to be told: no beat is needed.
    package var isIdle: Bool { !hasBegun && sockets.isEmpty && changed.isEmpty }

    package mutating func join(_ subject: Presence.Subject) {
        sockets[subject, default: 0] += 1
        if sockets[subject] == 1 { changed.insert(subject) }
    }

    package mutating func leave(_ subject: Presence.Subject) {
        guard let count = sockets[subject] else { return }
        sockets[subject] = count == 1 ? nil : count - 1
        if count == 1 { changed.insert(subject) }
    }

    /// All sockets are gone, as the gateway stops.
    package mutating func leaveAll() {
        changed.formUnion(sockets.keys)
        sockets = [:]
    }

    /// The next call; nil when none is needed.
    package mutating func next() -> Turn? {
        var (came, went): ([Presence.Subject], [Presence.Subject]) = ([], [])
        for subject in changed {
            guard came.count + went.count < limit else { break }
            switch (sockets[subject] != nil, told.contains(subject)) {
            case (true, false): came.append(subject)
            case (false, true): went.append(subject)
            default: changed.remove(subject)
            }
        }
        if !hasBegun {
            return came.isEmpty ? nil : Turn(step: .begin, gateway: name, came: came, went: went)
        }
        let isLast = sockets.isEmpty && went.count == told.count
        return Turn(step: isLast ? .end : .beat, gateway: name, came: came, went: went)
    }

    /// The call was answered. Returns whether to make the next one at once. After an error call nothing: the same
    /// changes are told again.
    package mutating func finished(_ turn: Turn, _ beat: Presence.Beat) -> Bool {
        switch beat {
        case .lapsed:
            (hasBegun, told) = (false, [])
            life += 1
            changed = Set(sockets.keys)
            return !changed.isEmpty
        case .beating(let more):
            told.formUnion(turn.came)
            told.subtract(turn.went)
            for subject in turn.came + turn.went {
                if (sockets[subject] != nil) == told.contains(subject) {
                    changed.remove(subject)
                } else {
                    changed.insert(subject)  // it changed again meanwhile
                }
            }
            hasBegun = turn.step != .end
            if turn.step == .end { life += 1 }
            return !changed.isEmpty || (more && hasBegun)
        }
    }

    private var name: String { "\(process).\(life)" }
}
