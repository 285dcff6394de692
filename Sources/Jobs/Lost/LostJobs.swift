import Foundation
import Logging
import NIOCore
import Redis

/// Frees the locks, and counts in their batches, the jobs that are nowhere any more: deleted by a tool that knows
/// nothing of these, or run by a foreign worker.
///
/// Nobody can ask Redis where a job is, so all places are read: what holds a lock or belongs to a batch and is found in
/// none of them, twice in a row, is lost. A job on its way from one place to the next may be overlooked once, hardly
/// twice. Dead jobs have ended, so the dead set is no such place.
package struct LostJobs: Sendable {
    private let redis: RedisClient
    private let places: JobPlaces
    private let scripts: JobScripts
    private let logger: Logger

    package init(redis: RedisClient, scripts: JobScripts, logger: Logger) {
        self.redis = redis
        self.scripts = scripts
        self.logger = logger
        places = JobPlaces(redis: redis)
    }

    /// set: jids that the last look did not find.
    static let suspects = "lost"
    /// What is not looked at again for so long is no longer suspected.
    private static let remembered = 2 * 3600

    private enum Claim: Sendable {
        case lock(String)
        case batch(String)
    }

    /// One look at everything, in small steps. Returns how many were found lost; 0 as well when there is too much to
    /// look at.
    package func look() async throws(RedisError) -> Int {
        // First who claims to be somewhere, so that whoever comes meanwhile is not suspected.
        var claims = try await claims()
        guard !claims.isEmpty else { return 0 }
        guard try await places.visit({ claims[$0] = nil }) else {
            logger.notice("too many jobs wait to look for lost ones")
            return 0
        }
        let known = Set(try await texts(["SMEMBERS", .string(Self.suspects)]))
        try await remember(claims.keys.filter { !known.contains($0) })
        let lost = claims.filter { known.contains($0.key) }
        for (jid, claims) in lost {
            for claim in claims { try await release(claim, of: jid) }
        }
        if !lost.isEmpty { logger.warning("jobs are nowhere any more", metadata: ["jobs": "\(lost.count)"]) }
        return lost.count
    }

    private func claims() async throws(RedisError) -> [String: [Claim]] {
        var claims: [String: [Claim]] = [:]
        let locks = try await places.keys("unique:*")
        for start in stride(from: 0, to: locks.count, by: Self.step) {
            let some = locks[start..<min(start + Self.step, locks.count)]
            let owners = try await redis.send(RedisCommand(["MGET"] + some.map { .string($0) })).array ?? []
            for (lock, jid) in zip(some, owners.map(\.text)) {
                if let jid { claims[jid, default: []].append(.lock(lock)) }
            }
        }
        for key in try await places.keys("batch:*:pending") {
            let jids = try await texts(["SRANDMEMBER", .string(key), .integer(Self.most)])
            let batch = String(key.dropFirst("batch:".count).dropLast(":pending".count))
            // While it is being enqueued its jobs are not all anywhere.
            guard !jids.contains("open") else { continue }
            for jid in jids { claims[jid, default: []].append(.batch(batch)) }
        }
        return claims
    }

    private static let step = 200
    /// Of one batch; the others are found later.
    private static let most = 10_000

    private func remember(_ jids: [String]) async throws(RedisError) {
        let key = RedisArgument.string(Self.suspects)
        var commands: [RedisCommand] = [["DEL", key]]
        if !jids.isEmpty {
            commands += [
                RedisCommand(["SADD", key] + jids.map { .string($0) }),
                ["EXPIRE", key, .integer(Self.remembered)],
            ]
        }
        _ = try await redis.pipeline(commands)
    }

    private func release(_ claim: Claim, of jid: String) async throws(RedisError) {
        let errands: [JobErrand]
        switch claim {
        case .lock(let name): errands = [UniqueJobs.release(name, of: jid)]
        case .batch(let id):
            let queue = try await redis.send(["HGET", .string("batch:\(id)"), "queue"]).text ?? "default"
            errands = Batches.errands(
                of: jid, in: JobBatch.Membership(id: id, callbackQueue: queue), end: .discarded)
        }
        _ = try await redis.evaluate(
            scripts.act, keys: [JobKeys.dead, JobKeys.dead, JobKeys.queues],
            arguments: ["", "", "", 0, 0] + errands.flatMap(\.arguments))
    }

    private func texts(_ command: RedisCommand) async throws(RedisError) -> [String] {
        (try await redis.send(command).array ?? []).compactMap(\.text)
    }
}
