import NIOCore
import Redis

/// All places where a job may wait or run, to be read in steps that hold up nobody.
struct JobPlaces: Sendable {
    let redis: RedisClient
    /// Jobs that are read at most.
    var most = 500_000

    /// Jobs, or keys, per step: well under a millisecond of Redis's time.
    private static let step = 200
    /// Between two steps, so that at most a tenth of Redis's time is taken.
    private static let pause: Duration = .milliseconds(2)

    /// Shows `body` the jid of every job that does not move meanwhile, perhaps more than once. False when there were
    /// more than `most`.
    func visit(_ body: (String) -> Void) async throws(RedisError) -> Bool {
        var left = most
        // The way that jobs take, so that those which go on are met again.
        for set in [JobKeys.schedule, JobKeys.retry] where left > 0 {
            try await scan(["ZSCAN", .string(set)]) { show($0, body, &left) }
        }
        for queue in try await texts(["SMEMBERS", .string(JobKeys.queues)]) where left > 0 {
            // Lanes of fair queues are among them.
            try await list(JobKeys.queue(queue), body, &left)
        }
        for process in try await texts(["ZRANGE", .string(JobKeys.leases), 0, -1]) where left > 0 {
            let held = try await redis.send(["HVALS", .string(JobKeys.inProgress(process))]).array ?? []
            for job in held { show(job, body, &left) }
            try await list(JobKeys.arrived(process), body, &left)
        }
        return left > 0
    }

    /// The names of all keys that match.
    func keys(_ pattern: String) async throws(RedisError) -> [String] {
        var keys: Set<String> = []
        try await scan(["SCAN"], ["MATCH", .string(pattern)], each: 1) {
            if let key = $0.text { keys.insert(key) }
        }
        return Array(keys)
    }

    /// From the head: what is pushed there meanwhile shows some twice, and hides none.
    private func list(_ key: String, _ body: (String) -> Void, _ left: inout Int) async throws(RedisError) {
        var start = 0
        while left > 0 {
            let jobs =
                try await redis.send([
                    "LRANGE", .string(key), .integer(start), .integer(start + Self.step - 1),
                ]).array ?? []
            for job in jobs { show(job, body, &left) }
            if jobs.count < Self.step { return }
            start += Self.step
            await rest()
        }
    }

    /// - Parameter each: the size of a group of values in the answer, of which the first is shown.
    private func scan(
        _ command: [RedisArgument], _ options: [RedisArgument] = [], each: Int = 2,
        _ show: (RESPValue) -> Void
    ) async throws(RedisError) {
        var cursor = "0"
        repeat {
            let reply =
                try await redis.send(
                    RedisCommand(command + [.string(cursor)] + options + ["COUNT", .integer(Self.step)])
                ).array ?? []
            let values = reply.last?.array ?? []
            for index in stride(from: 0, to: values.count, by: each) { show(values[index]) }
            cursor = reply.first?.text ?? "0"
            if cursor != "0" { await rest() }
        } while cursor != "0"
    }

    private func show(_ job: RESPValue, _ body: (String) -> Void, _ left: inout Int) {
        left -= 1
        // `try?`: bytes that are no job claim nothing.
        if let bytes = job.bytes, let payload = try? JobPayload(bytes) { body(payload.jid) }
    }

    private func rest() async {
        // `try?`: cancelled, the caller's next command ends it.
        try? await Task.sleep(for: Self.pause)
    }

    private func texts(_ command: RedisCommand) async throws(RedisError) -> [String] {
        (try await redis.send(command).array ?? []).compactMap(\.text)
    }
}
