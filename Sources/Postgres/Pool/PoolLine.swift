import Dispatch
import Synchronization

/// The line in front of the pool: first come, first served, however many wait, with no thread per caller.
///
/// A caller leaves the line by being taken, by the wait limit, by cancellation or by shutdown, whichever comes
/// first; the lock decides, so each is answered exactly once.
final class PoolLine: Sendable {
    typealias Ticket = UInt64

    private struct Waiting {
        let work: PoolWork
        let deadline: ContinuousClock.Instant
    }

    private struct State {
        var waiting: [Ticket: Waiting] = [:]
        /// Tickets in order of arrival from `head` on; those no longer in `waiting` are stepped over.
        var order: [Ticket] = []
        var head = 0
        var nextTicket: Ticket = 0
        var isClosed = false
        var hasAlarm = false

        mutating func popFirst() -> PoolWork? {
            dropDeparted()
            guard head < order.count else { return nil }
            defer { head += 1 }
            return waiting.removeValue(forKey: order[head])?.work
        }

        /// The next piece, unless it cannot share a turn with those taken already.
        mutating func next(after batch: [PoolWork]) -> PoolWork? {
            dropDeparted()
            guard head < order.count else { return nil }
            if !batch.isEmpty, case .session = waiting[order[head]]?.work { return nil }
            return popFirst()
        }

        var firstDeadline: ContinuousClock.Instant? {
            mutating get {
                dropDeparted()
                return head < order.count ? waiting[order[head]]?.deadline : nil
            }
        }

        private mutating func dropDeparted() {
            while head < order.count, waiting[order[head]] == nil { head += 1 }
            // Moving the rest up only now and then keeps the cost per caller constant.
            if head > 64, head * 2 >= order.count {
                order.removeFirst(head)
                head = 0
            }
        }
    }

    private let state = Mutex(State())
    /// Counts arrivals; threads sleep on it. It may run ahead of the line, never behind.
    private let arrivals = DispatchSemaphore(value: 0)
    private let alarm = DispatchQueue(label: "postgres.line")
    private let configuration: PostgresConfiguration

    init(_ configuration: PostgresConfiguration) { self.configuration = configuration }

    var count: Int { state.withLock { $0.waiting.count } }

    func draw() -> Ticket {
        state.withLock {
            $0.nextTicket += 1
            return $0.nextTicket
        }
    }

    func join(_ ticket: Ticket, _ work: PoolWork) {
        let refusal = state.withLock { state -> PostgresError? in
            if state.isClosed { return PostgresError(.shutdown, "the pool has been shut down") }
            guard state.waiting.count < configuration.maxWaiting else {
                return PostgresError(.poolExhausted, "\(state.waiting.count) callers wait already")
            }
            state.waiting[ticket] = Waiting(work: work, deadline: .now + configuration.waitLimit)
            state.order.append(ticket)
            setAlarm(&state)
            return nil
        }
        if let refusal { work.refuse(refusal) } else { arrivals.signal() }
    }

    /// The caller's task was cancelled; without effect once the work has been taken.
    func leave(_ ticket: Ticket) {
        let work = state.withLock { $0.waiting.removeValue(forKey: ticket)?.work }
        work?.refuse(PostgresError(.cancelled, "cancelled while waiting for a connection"))
    }

    /// Sleeps until there is work, then takes this thread's share of the line; `nil` once the pool has closed.
    ///
    /// The share is more than one piece only when more callers wait than there are connections, and a session,
    /// which may take long, is always taken alone.
    func take() -> [PoolWork]? {
        while true {
            arrivals.wait()
            let (batch, isClosed) = state.withLock { state -> ([PoolWork], Bool) in
                let size = configuration.poolSize
                let share = min(configuration.pipelineDepth, (state.waiting.count + size - 1) / size)
                var batch: [PoolWork] = []
                while batch.count < max(1, share), let work = state.next(after: batch) {
                    batch.append(work)
                    if case .session = work { break }
                }
                return (batch, state.isClosed)
            }
            if !batch.isEmpty { return batch }
            if isClosed { return nil }
        }
    }

    /// Refuses all who wait and whoever comes; threads find out after the work in hand.
    func close() {
        let waiting = state.withLock { state in
            state.isClosed = true
            defer { state.waiting.removeAll() }
            return state.waiting.values.map(\.work)
        }
        for work in waiting { work.refuse(PostgresError(.shutdown, "the pool has been shut down")) }
        for _ in 0..<configuration.poolSize { arrivals.signal() }
    }

    /// One alarm for the head of the line is enough: all wait equally long, so the others' come later.
    private func setAlarm(_ state: inout State) {
        guard !state.hasAlarm, let deadline = state.firstDeadline else { return }
        state.hasAlarm = true
        let delay = max(.zero, ContinuousClock.now.duration(to: deadline))
        alarm.asyncAfter(deadline: .now() + .milliseconds(Int(delay.milliseconds) + 1)) { [weak self] in
            self?.expire()
        }
    }

    private func expire() {
        let expired = state.withLock { state -> [PoolWork] in
            state.hasAlarm = false
            var expired: [PoolWork] = []
            let now = ContinuousClock.now
            while let deadline = state.firstDeadline, deadline <= now, let work = state.popFirst() {
                expired.append(work)
            }
            setAlarm(&state)
            return expired
        }
        let error = PostgresError(.poolExhausted, "no connection came free in \(configuration.waitLimit)")
        for work in expired { work.refuse(error) }
    }
}
