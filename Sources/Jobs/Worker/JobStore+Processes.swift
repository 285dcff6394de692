import NIOCore
import Redis

extension JobStore {
    /// Says that the process lives, and compares the clocks. Returns what it is asked to do, and what it has in hand.
    func beat(
        lease: Duration, process: [RedisArgument], work: [RedisArgument]
    ) async throws(RedisError) -> (signal: String, inHand: JobNames) {
        let reply = try await redis.evaluate(
            scripts.beat,
            keys: [
                JobKeys.processes, JobKeys.record(identity), JobKeys.work(identity),
                JobKeys.signals(identity), JobKeys.leases, inProgress, arrived, JobKeys.workers(identity),
            ],
            arguments: [.string(identity), "\(lease.inSeconds)", .integer(process.count)] + process + work)
        guard let parts = reply.array, parts.count == 4 else { return ("", JobNames()) }
        if let now = parts[3].text.flatMap(Double.init) { clock.observed(now) }
        let inHand = JobNames(
            tokens: (parts[1].array ?? []).compactMap(\.int),
            arrived: (parts[2].array ?? []).compactMap(\.bytes))
        return (parts[0].text ?? "", inHand)
    }

    /// False when jobs are still in hand; they will be recovered by others.
    func leave() async throws(RedisError) -> Bool {
        let reply = try await redis.evaluate(
            scripts.leave,
            keys: [
                JobKeys.processes, JobKeys.record(identity), JobKeys.work(identity), JobKeys.leases,
                inProgress, arrived, JobKeys.workers(identity),
            ],
            arguments: [.string(identity)])
        return reply.array?.first?.text == "left"
    }

    /// The processes whose lease has ended, and when it did.
    func lapsedProcesses() async throws(RedisError) -> [String: String] {
        let reply = try await redis.evaluate(scripts.lapsed, keys: [JobKeys.leases], arguments: [])
        let texts = (reply.array ?? []).compactMap(\.text)
        return Dictionary(
            stride(from: 0, to: texts.count - 1, by: 2).map { (texts[$0], texts[$0 + 1]) },
            uniquingKeysWith: { $1 })
    }

    struct Recovery: Sendable, Equatable {
        var recovered = 0
        var left = 0
        /// Those that took their processes down too often; in this process's hand now, to be buried.
        var poison: [FetchedJob] = []
    }

    /// Gives up to `limit` jobs of a dead process back to their queues; nil when it lives after all.
    func recover(_ process: String, limit: Int) async throws(RedisError) -> Recovery? {
        let first = lastToken.take(limit)
        let reply = try await redis.evaluate(
            scripts.recover,
            keys: [
                JobKeys.leases, JobKeys.inProgress(process), JobKeys.arrived(process), inProgress,
                JobKeys.queues, JobKeys.processes,
            ],
            arguments: [
                .string(process), .integer(limit), .integer(Self.fatalRecovery), .integer(first),
            ])
        guard let parts = reply.array, parts.first?.text == "recovered", parts.count >= 3 else { return nil }
        let poison = parts.dropFirst(3).compactMap(\.bytes).enumerated().map {
            FetchedJob(queue: "", bytes: $1, token: first + $0)
        }
        return Recovery(recovered: parts[1].int ?? 0, left: parts[2].int ?? 0, poison: poison)
    }

    /// A job that was in the hands of so many dying processes is taken for their murderer.
    static let fatalRecovery = 3
}
