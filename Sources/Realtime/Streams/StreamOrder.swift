/// One stream as this process has passed it on: what follows, what is a repetition, where a hole is.
///
///     in step ──hole, or the connection was away──▶ repairing ──history read──▶ in step
///
/// Redis delivers at most once. Publications that come while history is read are held back, so that what was
/// missed goes out before them.
struct StreamOrder: Sendable {
    enum Verdict: Equatable {
        case pass, drop
        /// It waits; `repair`: this one showed the hole, so history has to be read now.
        case hold(repair: Bool)
    }

    /// What to pass on after history has been read.
    struct Repaired {
        /// The members have missed what cannot be had any more.
        var isReset = false
        var publications: [Publication] = []
        /// Another hole showed behind the first, or the connection was away once more.
        var isIncomplete = false
    }

    /// Publications held back at most. What goes beyond is in the history, and shows as a hole again.
    private static let maxHeld = 1024

    private(set) var position: StreamPosition?
    /// The lowest place that a subscriber began from, while nothing has been passed on: no `position`, as publications
    /// up to there may still be on their way, and other subscribers may need them.
    private var floor: StreamPosition?
    private var held: [Publication] = []
    private(set) var isRepairing = false
    /// The connection was away before any position was known, or once more while history was read.
    private var isSuspect = false

    mutating func receive(_ publication: Publication) -> Verdict {
        if isRepairing {
            if held.count < Self.maxHeld { held.append(publication) }
            return .hold(repair: false)
        }
        guard let next = publication.position else { return .pass }
        guard let position else {
            self.position = next
            return .pass
        }
        if position.includes(next) { return .drop }
        guard position.precedes(next) else {
            isRepairing = true
            held = [publication]
            return .hold(repair: true)
        }
        self.position = next
        return .pass
    }

    /// A subscriber begins from `place`. Returns whether history has to be read.
    mutating func learn(_ place: StreamPosition) -> Bool {
        if let position {
            guard isSuspect, !isRepairing else { return false }
            if position.includes(place) { self.position = place }
            return begin()
        }
        if let floor, floor.includes(place) || floor.epoch != place.epoch {
            self.floor = place
        } else if floor == nil {
            floor = place
        }
        return isSuspect && begin()
    }

    /// The connection was away. Returns whether history has to be read now.
    mutating func suspect() -> Bool {
        isSuspect = true
        return !isRepairing && begin()
    }

    private mutating func begin() -> Bool {
        guard let start = position ?? floor else { return false }
        position = start
        isSuspect = false
        isRepairing = true
        return true
    }

    mutating func repaired(_ opening: StreamOpening) -> Repaired {
        var result = Repaired()
        switch opening.recovery {
        case .recovered(let missed):
            // What has no position was missed as well, and only the state says what it would have said.
            result.publications = missed + [Publication(state: opening.state, at: opening.position)]
        case .lost, .notAsked: result.isReset = true
        }
        position = opening.position
        isRepairing = false
        let waiting = held
        held = []
        if isSuspect {
            result.isIncomplete = begin()
            return result
        }
        for publication in waiting {
            switch receive(publication) {
            case .pass: result.publications.append(publication)
            case .drop: break
            case .hold(let repair): if repair { result.isIncomplete = true }
            }
        }
        return result
    }
}
