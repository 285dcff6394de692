/// A member that has joined and is not in step yet: history goes out before what is live, and nothing twice.
///
///     waiting ──its opening has been sent──▶ ahead ──the live stream has reached it──▶ (one of its group)
struct Newcomer {
    private enum State {
        /// History is being read for it; what is live meanwhile waits here.
        case waiting([Publication])
        /// It has had everything up to there, which may be more than has been passed on live.
        case ahead(StreamPosition)
    }

    /// Publications that wait at most; who is overtaken by more has to load anew.
    private static let maxWaiting = 4096

    let member: any StreamMember
    private var state = State.waiting([])
    private(set) var isOverrun = false

    init(_ member: any StreamMember) { self.member = member }

    /// History is read for it once more: from now on everything waits.
    mutating func hold() {
        if case .ahead = state { state = .waiting([]) }
    }

    /// Its opening has been sent. Returns what has come since, and goes out next.
    mutating func opened(at position: StreamPosition) -> [Publication] {
        guard case .waiting(let waiting) = state else { return [] }
        var reached = position
        let news = waiting.filter { publication in
            if publication.isKnown(at: reached) { return false }
            reached = publication.position ?? reached
            return true
        }
        state = .ahead(reached)
        return news
    }

    /// Sorts a batch of live publications. Returns those to give to this member alone; nil when the whole batch is
    /// news for it as for everybody else, and it is one of its group from now on.
    mutating func receive(_ publications: [Publication]) -> [Publication]? {
        switch state {
        case .waiting(var waiting):
            if waiting.count + publications.count > Self.maxWaiting {
                _ = overrun()
                return []
            }
            waiting += publications
            state = .waiting(waiting)
            return []
        case .ahead(let reached):
            let news = publications.filter { !$0.isKnown(at: reached) }
            // What has no number does not tell how far the live stream has come.
            let isReached =
                news.count == publications.count
                && (reached.offset == 0 || publications.contains { $0.position != nil })
            return isReached ? nil : news
        }
    }

    /// The stream cannot be had without a hole. Returns whether to tell the member now; otherwise it is told when it
    /// goes live.
    mutating func overrun() -> Bool {
        guard case .waiting = state else { return true }
        isOverrun = true
        state = .waiting([])
        return false
    }
}
