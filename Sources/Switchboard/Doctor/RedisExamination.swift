import Foundation
import Redis

/// Whether Redis is there, new enough, and set so that it keeps what it is given.
struct RedisExamination: Sendable {
    let redis: RedisClient

    /// One after the other, all nodes of a cluster.
    func examine() async -> [Finding] {
        do {
            var findings: [Finding] = []
            for (address, node) in try await redis.nodes() {
                findings += await RedisExamination(redis: node).examineNode().map { $0.at(address) }
            }
            return findings
        } catch {
            return [unreachable(error)]
        }
    }

    private func unreachable(_ error: any Error) -> Finding {
        .wrong(
            "redis", "\(error)", "start it, or set REDIS_URL to where it is; bin/dev starts one of its own")
    }

    private func examineNode() async -> [Finding] {
        do {
            let info = try await information()
            return [
                version(info), persistence(info), fsync(try await setting("appendfsync")), eviction(info),
                memory(info), try await clock(), try await pubsubLimit(), try await disk(info),
            ].compactMap { $0 }
        } catch {
            return [unreachable(error)]
        }
    }

    /// INFO as a table.
    private func information() async throws -> [String: String] {
        let text = try await redis.send(["INFO"]).text ?? ""
        return text.split(whereSeparator: \.isNewline).reduce(into: [:]) { table, line in
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { table[String(parts[0])] = String(parts[1]) }
        }
    }

    /// Nil where CONFIG is not allowed, as on some managed services.
    private func setting(_ name: String) async throws -> String? {
        do {
            return try await redis.send(["CONFIG", "GET", .string(name)]).array?.last?.text
        } catch {
            guard error.code == .server else { throw error }
            return nil
        }
    }

    private func version(_ info: [String: String]) -> Finding {
        let version = info["redis_version"] ?? "unknown"
        let parts = version.split(separator: ".").compactMap { Int($0) }
        guard let major = parts.first, (major, parts.dropFirst().first ?? 0) >= (7, 0) else {
            return .wrong(
                "redis version", version, "7.0 or newer is needed (SSUBSCRIBE, SPUBLISH)")
        }
        return .right("redis version", version)
    }

    private func persistence(_ info: [String: String]) -> Finding {
        info["aof_enabled"] == "1"
            ? .right("redis appendonly", "yes")
            : .wrong(
                "redis appendonly", "no: accepted messages are lost when Redis restarts",
                "CONFIG SET appendonly yes, and set it in redis.conf")
    }

    private func fsync(_ policy: String?) -> Finding? {
        switch policy {
        case "always":
            .right("redis appendfsync", "always: nothing is lost even when the machine loses power")
        case "everysec":
            .right(
                "redis appendfsync", "everysec: a power cut may take the last second; clients send it again")
        case "no":
            .wrong(
                "redis appendfsync", "no: a power cut may take half a minute of messages",
                "CONFIG SET appendfsync everysec (or always), and set it in redis.conf")
        default: nil
        }
    }

    private func eviction(_ info: [String: String]) -> Finding {
        let policy = info["maxmemory_policy"] ?? "unknown"
        return policy == "noeviction"
            ? .right("redis maxmemory-policy", policy)
            : .wrong(
                "redis maxmemory-policy",
                "\(policy): when memory runs out, Redis drops messages on their way",
                "CONFIG SET maxmemory-policy noeviction, and set it in redis.conf")
    }

    private func memory(_ info: [String: String]) -> Finding? {
        guard let used = info["used_memory"].flatMap({ Double($0) }),
            let limit = info["maxmemory"].flatMap({ Double($0) }), limit > 0
        else { return nil }
        let share = Int(used / limit * 100)
        return share < 80
            ? .right("redis memory", "\(share) % of maxmemory")
            : .warning(
                "redis memory", "\(share) % of maxmemory", "raise maxmemory before Redis refuses writes")
    }

    private func clock() async throws -> Finding {
        let before = Date()
        let parts = try await redis.send(["TIME"]).array ?? []
        let after = Date()
        let theirs = Double(parts.first?.text ?? "0")! + Double(parts.last?.text ?? "0")! / 1_000_000
        let ours = (before.timeIntervalSince1970 + after.timeIntervalSince1970) / 2
        let difference = abs(theirs - ours)
        let shown = String(format: "%.3f s", difference)
        return difference < 1
            ? .right("clock", "differs from Redis's by \(shown)")
            : .wrong(
                "clock", "differs from Redis's by \(shown)",
                "synchronise both machines' clocks (chrony, ntpd)")
    }

    private func pubsubLimit() async throws -> Finding? {
        guard let limits = try await setting("client-output-buffer-limit"),
            let pubsub = limits.range(of: "pubsub ").map({ limits[$0.upperBound...] })
        else { return nil }
        let numbers = pubsub.split(separator: " ").prefix(2).compactMap { Int($0) }
        guard let hard = numbers.first, hard != 0, hard < 64 << 20 else {
            return .right("redis pub/sub buffer", "\(pubsub)")
        }
        return .warning(
            "redis pub/sub buffer",
            "\(hard >> 20) MiB: a gateway that pauses for a moment is cut off, and its clients reconnect",
            "CONFIG SET client-output-buffer-limit \"pubsub 256mb 128mb 60\"")
    }

    private func disk(_ info: [String: String]) async throws -> Finding? {
        guard info["aof_enabled"] == "1", info["aof_last_write_status"] != "ok" else { return nil }
        return .wrong(
            "redis disk", "the last write of the append-only file failed: new messages are refused",
            "make room on Redis's disk; it goes on by itself then")
    }
}
