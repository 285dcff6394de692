import Foundation
import Redis

/// A `bench jobs worker` of this very program, in a process of its own.
final class JobWorkerProcess {
    private let process = Process()

    /// Starts one; it is not ready yet.
    /// - Parameter latencies: the file to which its LatencyJobs write.
    init(redis: String, lua: String, options: [String] = [], latencies: URL? = nil) throws {
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["bench", "jobs", "worker", "--redis", redis, "--lua", lua] + options
        if let latencies {
            process.environment = ProcessInfo.processInfo.environment.merging(["LAT_OUT": latencies.path]) {
                $1
            }
        }
        try process.run()
    }

    /// Returns when Redis knows it.
    func join(_ redis: RedisClient) async throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while true {
            let names = (try await redis.send(["SMEMBERS", "processes"]).array ?? []).compactMap(\.text)
            if names.contains(where: { $0.contains(":\(process.processIdentifier):") }) { return }
            guard process.isRunning, ContinuousClock.now < deadline else {
                throw Failure("a worker did not start")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// As the kernel does when memory is short.
    func kill() {
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    func stop() {
        guard process.isRunning else { return }
        process.terminate()
        process.waitUntilExit()
    }
}
