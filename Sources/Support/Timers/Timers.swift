import Realtime
import Redis

/// All that is to happen by itself: per cell one sorted set of timers by when they are due.
///
///     facts ──▶ TimerListener ──▶ set, drop          TimerService ──due──▶ TimerDuty ──▶ one script
///                                     └──▶ {cN}:timers ──▶─┘
///
/// Setting one anew is one ZADD. Whatever acts on a timer does so in a script that first looks whether it is still set
/// to the time that was seen. So any number of workers may watch, and one that is killed takes nothing with it.
package struct Timers: Sendable {
    package struct Due: Sendable {
        /// Redis's clock.
        package let now: Timestamp
        package let timers: [DueTimer]
        /// When the next one is due that is not yet.
        package let next: Timestamp?
        /// The cell's epoch, when timers have not been made for it; `none` when it has no epoch yet.
        package let missing: String?
    }

    let redis: RedisClient
    let scripts: TimerScripts

    init(redis: RedisClient, scripts: ScriptLibrary) throws(RedisError) {
        self.redis = redis
        self.scripts = try TimerScripts(scripts)
    }

    /// Sets and drops, in the order given, some hundred in one step.
    package func take(_ steps: [TimePolicy.Step], in cell: Cell) async throws(RedisError) {
        let most = 200
        for start in stride(from: 0, to: steps.count, by: most) {
            let arguments = steps[start..<min(start + most, steps.count)].flatMap(Self.arguments)
            _ = try await redis.evaluate(
                scripts.arm, keys: [cell.timers, cell.timerNotes], arguments: arguments)
        }
    }

    /// Sets a timer of another kind of subject, by its name; nil drops it.
    ///
    /// - Parameter isNew: set it only where it is not there.
    package func set(
        _ member: String, to due: Timestamp?, in cell: Cell, ifAbsent isNew: Bool = false
    ) async throws(RedisError) {
        let word: RedisArgument = due == nil ? "drop" : isNew ? "begin" : "set"
        _ = try await redis.evaluate(
            scripts.arm, keys: [cell.timers, cell.timerNotes],
            arguments: [word, .string(member), .string(due.map { "\($0.milliseconds)" } ?? ""), "", ""])
    }

    private static func arguments(_ step: TimePolicy.Step) -> [RedisArgument] {
        func five(
            _ word: RedisArgument, _ timer: SupportTimer, _ setting: TimePolicy.Setting? = nil,
            _ other: SupportTimer? = nil
        ) -> [RedisArgument] {
            [
                word, .string(timer.member), .string(setting?.due.map { "\($0.milliseconds)" } ?? "+inf"),
                .string(setting?.note ?? ""), .string(other?.member ?? ""),
            ]
        }
        return switch step {
        case .set(let timer, let setting): five("set", timer, setting)
        case .begin(let timer, let setting, let other): five("begin", timer, setting, other)
        case .drop(let timer): five("drop", timer)
        }
    }

    package func due(in cell: Cell, limit: Int) async throws -> Due {
        let reply = try await redis.evaluate(
            scripts.due, keys: [cell.timers, cell.timerNotes, cell.state], arguments: [.integer(limit)])
        guard let parts = reply.array, parts.count >= 4, let now = parts[1].text.flatMap({ Int($0) }) else {
            throw SupportError.unavailable("The timers could not be read.")
        }
        let timers = stride(from: 4, to: parts.count - 2, by: 3).compactMap { index -> DueTimer? in
            guard let member = parts[index].text, let due = Self.milliseconds(parts[index + 1]) else {
                return nil
            }
            return DueTimer(cell: cell, member: member, due: due, note: parts[index + 2].text ?? "")
        }
        let missing = parts[3].text ?? ""
        return Due(
            now: Timestamp(milliseconds: now), timers: timers,
            next: Self.milliseconds(parts[2]).map(Timestamp.init(milliseconds:)),
            missing: missing.isEmpty ? nil : missing)
    }

    /// Scores are doubles; ours are whole.
    private static func milliseconds(_ score: RESPValue) -> Int? {
        score.text.flatMap { Double($0) }.map { Int($0) }
    }

    /// Sets a timer to another time, or takes it away, if it is as it was seen. Returns whether it was.
    @discardableResult
    package func move(_ timer: DueTimer, to moment: Timestamp?) async throws(RedisError) -> Bool {
        let reply = try await redis.evaluate(
            scripts.move, keys: [timer.cell.timers, timer.cell.timerNotes],
            arguments: [
                .string(timer.member), .integer(timer.due),
                .string(moment.map { "\($0.milliseconds)" } ?? ""),
            ])
        return reply.array?.first?.text == "moved"
    }

    /// The timers of this epoch are made, unless it is over.
    package func built(epoch: String, in cell: Cell) async throws(RedisError) {
        _ = try await redis.evaluate(scripts.built, keys: [cell.state], arguments: [.string(epoch)])
    }
}
