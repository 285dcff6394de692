import ArgumentParser
import Foundation
import Jobs
import Redis

struct JobsProbeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe", abstract: "Push a job that answers, and wait for the answer.",
        discussion: """
            Exits with 1 when no worker answers in time.

            Examples:
              switchboard jobs probe --queue mailers
              switchboard jobs probe --hold 20       a slot is busy so long; see what quiet and stop do
            """)

    @Option(help: "The queue to push it to.") var queue = "default"
    @Option(help: "Seconds that it keeps its slot, up to 60.") var hold = 0.0
    @Option(help: "Seconds to wait beyond that.") var patience = 10

    func validate() throws {
        guard (0...ProbeJob.longestHold).contains(hold) else {
            throw ValidationError("--hold is from 0 to 60")
        }
        guard (1...3600).contains(patience) else { throw ValidationError("--patience is from 1 to 3600") }
    }

    func run() async throws {
        try await Switchboard.report {
            try await House.with("probe") { house in
                let blocking = RedisClient(
                    house.settings.redis.blocking, group: house.group, logger: house.logger)
                let result = await answer(
                    to: ProbeJob(answer: UUID().uuidString, hold: hold), house, blocking)
                await blocking.shutdown()
                print(try result.get())
            }
        }
    }

    private func answer(
        to probe: ProbeJob, _ house: House, _ blocking: RedisClient
    ) async -> Result<String, any Error> {
        do {
            let job = try JobEnvelope(probe, queue: queue, createdAt: Date())
            let began = ContinuousClock.now
            _ = try await JobClient(redis: house.jobs).push(job)
            guard
                try await ProbeJob.answer(
                    probe.answer, within: .seconds(hold + Double(patience)), over: blocking) != nil
            else { throw Failure("no worker of the queue \(queue) answered; the job waits on") }
            let took = (ContinuousClock.now - began) - .seconds(hold)
            return .success("\(job.jid) answered after \(Self.milliseconds(took)) ms beyond its hold")
        } catch {
            return .failure(error)
        }
    }

    private static func milliseconds(_ duration: Duration) -> String {
        String(
            format: "%.1f",
            Double(duration.components.seconds) * 1000 + Double(duration.components.attoseconds) / 1e15)
    }
}
