import Foundation
import Jobs
import Logging
import Redis

/// The jobs that load generators and fault tests push, with the arguments that other systems' benchmarks use.
struct NoopJob: Job {
    static let name = "NoopJob"
    static let arguments = JobArguments.positional
    let text: String
    let number: Int
    let map: [String: String]

    init(text: String, number: Int, map: [String: String]) {
        self.text = text
        self.number = number
        self.map = map
    }

    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        text = try container.decode(String.self)
        number = try container.decode(Int.self)
        map = try container.decode([String: String].self)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(text)
        try container.encode(number)
        try container.encode(map)
    }

    func perform(_ services: Void, _ context: JobContext) {}
}

/// Appends how long it was on its way, in seconds, to a file.
struct LatencyJob: Job {
    static let name = "LatencyJob"
    static let arguments = JobArguments.positional
    let sent: Double

    init(sent: Double) { self.sent = sent }

    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        sent = try container.decode(Double.self)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(sent)
    }

    func perform(_ file: FileHandle?, _ context: JobContext) throws {
        let took = Date().timeIntervalSince1970 - sent
        // A few bytes to a file of this machine: nothing that a bench would notice.
        try file?.write(contentsOf: Data("\(took)\n".utf8))
    }
}

struct SleepJob: Job {
    static let name = "SleepJob"
    static let arguments = JobArguments.positional
    let seconds: Double

    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        seconds = try container.decode(Double.self)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(seconds)
    }

    func perform(_ services: Void, _ context: JobContext) async throws {
        try await Task.sleep(for: .seconds(seconds))
    }
}

/// Counts its run in the hash `ran`, under its `jid` or another name; before that it takes its time.
struct CountJob: Job {
    static let name = "CountJob"
    var milliseconds = 0
    var counted: String?

    func perform(_ redis: RedisClient, _ context: JobContext) async throws {
        if milliseconds > 0 { try await Task.sleep(for: .milliseconds(milliseconds)) }
        _ = try await redis.send(["HINCRBY", "ran", .string(counted ?? context.jid), 1])
    }
}

/// Enqueues a batch of such jobs, each the only one of its number, with one at the end that counts as `complete`.
struct BatchJob: Job {
    static let name = "BatchJob"
    let members: Int
    let milliseconds: Int

    func perform(_ jobs: JobClient, _ context: JobContext) async throws {
        var batch = JobBatch("bench")
        for number in 0..<members {
            try batch.add(
                CountJob(milliseconds: milliseconds, counted: "job \(number)"),
                JobOptions(unique: JobUniqueness(key: "\(number)")))
        }
        try batch.onComplete(CountJob(counted: "complete"))
        try await jobs.start(batch)
    }
}

/// Takes its process down.
struct CrashJob: Job {
    static let name = "CrashJob"

    func perform(_ services: Void, _ context: JobContext) {
        fatalError("a job crashed its process, as it was asked to")
    }
}
