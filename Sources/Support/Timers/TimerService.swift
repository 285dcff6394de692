import Logging
import Metrics
import Realtime
import Redis
import ServiceLifecycle

/// Watches a cell's timers and does what is due. Every worker has one per cell, and none of them leads: a timer acts
/// once whoever sees it, so the death of one is noticed by nobody.
package struct TimerService: Service {
    /// How long a new timer may go unnoticed, which another process set while this one slept.
    static let longestSleep: Duration = .milliseconds(250)
    /// After an error the same timer comes again.
    static let postponement: Duration = .seconds(5)
    static let batch = 100

    private let cell: Cell
    private let timers: Timers
    private let duties: [String: any TimerDuty]
    private let rebuild: TimerRebuild
    private let logger: Logger

    package init(
        cell: Cell, timers: Timers, duties: [any TimerDuty], rebuild: TimerRebuild, logger: Logger
    ) {
        self.cell = cell
        self.timers = timers
        self.duties = duties.reduce(into: [:]) { all, duty in
            for kind in duty.kinds { all[kind] = duty }
        }
        self.rebuild = rebuild
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var failures = 0
            while !Task.isCancelled {
                var rest = Self.longestSleep
                do {
                    rest = try await look()
                    failures = 0
                } catch {
                    if Task.isCancelled { return }
                    failures += 1
                    if failures & (failures - 1) == 0 {
                        logger.warning(
                            "the timers could not be watched; trying again",
                            metadata: [
                                "cell": "\(cell.number)", "attempt": "\(failures)", "error": "\(error)",
                            ])
                    }
                    rest = .milliseconds(min(2000, 100 << min(failures, 5)))
                }
                // `try?`: cancelled, the loop ends.
                try? await Task.sleep(for: rest)
            }
        }
    }

    /// Does what is due, a batch of it. Returns how long to sleep then.
    func look() async throws -> Duration {
        let due = try await timers.due(in: cell, limit: Self.batch)
        if let epoch = due.missing { await makeTimers(for: epoch) }
        await withTaskGroup(of: Void.self) { group in
            for (index, timer) in due.timers.enumerated() {
                if index >= 16 { await group.next() }
                group.addTask { await perform(timer, at: due.now) }
            }
        }
        if due.timers.count == Self.batch { return .zero }
        guard let next = due.next else { return Self.longestSleep }
        return min(Self.longestSleep, .milliseconds(next.milliseconds - due.now.milliseconds))
    }

    private func perform(_ timer: DueTimer, at now: Timestamp) async {
        do {
            guard let duty = duties[timer.kind] else {
                // Another version's, which may be on its way in or out.
                try await timers.move(timer, to: now.adding(Self.postponement))
                return
            }
            try await duty.perform(timer, at: now)
            Counter(label: "switchboard.timers.fired", dimensions: [("kind", timer.kind)]).increment()
        } catch {
            logger.warning(
                "a timer could not act; it comes again",
                metadata: ["timer": "\(timer.member)", "error": "\(error)"])
            // `try?`: if Redis is away it comes again anyway.
            _ = try? await timers.move(timer, to: now.adding(Self.postponement))
        }
    }

    private func makeTimers(for epoch: String) async {
        do {
            try await rebuild.run(in: cell, epoch: epoch)
        } catch {
            // PostgreSQL is away, most likely: what is due goes on, and the next look tries again.
            logger.debug("timers could not be made yet", metadata: ["error": "\(error)"])
        }
    }
}
