import Logging
import NIOConcurrencyHelpers
import NIOCore
import Realtime
import Support

/// A gateway's beat in one cell: tells Redis, for all of its sockets in one call, who is there.
///
/// Someone coming or going wakes it after a moment, in which others may come and go; while anybody is there it beats
/// on by itself. It has neither task nor timer while nobody is.
final class CellPresence: Sendable {
    private struct State {
        var ledger: PresenceLedger
        var isTurning = false
        /// Something changed: the next turn comes after a moment, not after a beat.
        var isHurried = false
        /// Redis did not answer the last call; said once, not with every beat.
        var isFailing = false
        /// Tells a timer whether it is still the one that counts.
        var timer = 0
    }

    private let presence: Presence
    private let cell: Cell
    private let logger: Logger
    private let state: NIOLockedValueBox<State>
    private static let moment: TimeAmount = .milliseconds(30)

    init(presence: Presence, cell: Cell, process: String, logger: Logger) {
        self.presence = presence
        self.cell = cell
        self.logger = logger
        state = NIOLockedValueBox(State(ledger: PresenceLedger(process: process)))
    }

    /// - Parameter loop: any; the beat keeps its time there.
    func joined(_ subjects: [Presence.Subject], on loop: any EventLoop) {
        change(on: loop) { ledger in for subject in subjects { ledger.join(subject) } }
    }

    func left(_ subjects: [Presence.Subject], on loop: any EventLoop) {
        change(on: loop) { ledger in for subject in subjects { ledger.leave(subject) } }
    }

    /// The gateway stops: nobody is here any more. Those who came to another one meanwhile stay there.
    func shutdown() async {
        state.withLockedValue { state in
            state.timer += 1
            state.ledger.leaveAll()
        }
        for _ in 0..<100 where state.withLockedValue({ $0.isTurning }) {
            // Woken early is as good: the turn under way is only not to be overtaken.
            try? await Task.sleep(for: .milliseconds(10))
        }
        await turns()
    }

    private func change(on loop: any EventLoop, _ body: (inout PresenceLedger) -> Void) {
        let timer = state.withLockedValue { state -> Int? in
            body(&state.ledger)
            guard !state.isHurried else { return nil }
            state.isHurried = true
            guard !state.isTurning else { return nil }
            state.timer += 1
            return state.timer
        }
        if let timer { schedule(timer, in: Self.moment, on: loop) }
    }

    private func schedule(_ timer: Int, in delay: TimeAmount, on loop: any EventLoop) {
        loop.scheduleTask(in: delay) {
            let isDue = self.state.withLockedValue { state in
                guard state.timer == timer, !state.isTurning else { return false }
                (state.isTurning, state.isHurried) = (true, false)
                return true
            }
            if isDue { Task { await self.turn(on: loop) } }
        }
    }

    private func turn(on loop: any EventLoop) async {
        await turns()
        let next = state.withLockedValue { state -> (timer: Int, delay: TimeAmount)? in
            state.isTurning = false
            guard !state.ledger.isIdle else {
                // What was hurried for has been told in this very turn: whoever comes next has to wake it again.
                state.isHurried = false
                return nil
            }
            state.timer += 1
            return (state.timer, state.isHurried ? Self.moment : beat)
        }
        if let next { schedule(next.timer, in: next.delay, on: loop) }
    }

    /// Calls until all is told, or until Redis does not answer; then the next beat tries again.
    private func turns() async {
        while let turn = state.withLockedValue({ $0.ledger.next() }) {
            do {
                let beat = try await presence.beat(
                    turn.step, as: turn.gateway, in: cell, came: turn.came, went: turn.went)
                let isMore = state.withLockedValue { state in
                    state.isFailing = false
                    return state.ledger.finished(turn, beat)
                }
                if !isMore { return }
            } catch {
                let isNew = state.withLockedValue { state in
                    defer { state.isFailing = true }
                    return !state.isFailing
                }
                if isNew {
                    logger.warning("who is there could not be told", metadata: ["error": "\(error)"])
                }
                return
            }
        }
    }

    /// Three within a lease, so that one may go astray.
    private var beat: TimeAmount {
        .milliseconds(Int64(presence.configuration.presenceLease.milliseconds / 3))
    }
}
