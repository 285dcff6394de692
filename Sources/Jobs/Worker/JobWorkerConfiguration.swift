/// How a worker process runs jobs.
package struct JobWorkerConfiguration: Sendable {
    /// How many jobs run at the same time.
    package var concurrency = 10
    /// The queues it serves; without weights a job in an earlier one is always taken first.
    package var queues = ["default"]
    /// With weights the first look goes to a queue so many times as often; a queue not named here has 1.
    package var weights: [String: Int] = [:]
    /// Queues whose tenants (the field `tenant` of a job) are served in turns, so that the flood of one starves nobody.
    package var fairQueues: Set<String> = []
    /// How many jobs of a queue this process has in hand at most.
    package var queueLimits: [String: Int] = [:]
    /// How long running jobs may go on after a request to stop, before they are handed back.
    package var shutdownTimeout: Duration = .seconds(25)
    /// How often the process says that it lives.
    package var heartbeat: Duration = .seconds(5)
    /// How long it is believed after it last did so. Its jobs are given to others one or two heartbeats later,
    /// thus 15–25 s after a kill -9 by default.
    package var lease: Duration = .seconds(15)
    /// The longest sleep of the scheduler, a second at most: jobs of foreign clients that are due sooner may be late
    /// by so much. Ours wake it.
    package var schedulerPause: Duration = .seconds(1)
    /// Jobs that died stay to be looked at: so many …
    package var deadJobs = 10_000
    /// … and so long.
    package var deadFor: Duration = .seconds(180 * 86_400)
    /// Shown on Sidekiq's Web page beside the process.
    package var tag = "switchboard"

    package init() {}

    /// Everything that is wrong with it, in words; empty when it can be used.
    package func validate() -> [String] {
        var problems: [String] = []
        if !(1...1000).contains(concurrency) { problems.append("concurrency must be from 1 to 1000") }
        if queues.isEmpty || queues.contains("") { problems.append("queues must be names, one at least") }
        if Set(queues).count != queues.count { problems.append("queues names a queue twice") }
        if !Set(weights.keys).union(queueLimits.keys).union(fairQueues).isSubset(of: queues) {
            problems.append("weights, queueLimits and fairQueues must be of the queues it serves")
        }
        if !weights.values.allSatisfy({ $0 > 0 }) || !queueLimits.values.allSatisfy({ $0 > 0 }) {
            problems.append("weights and queueLimits must be positive")
        }
        if shutdownTimeout < .zero { problems.append("shutdownTimeout must not be negative") }
        if heartbeat <= .zero { problems.append("heartbeat must be positive") }
        if lease < heartbeat * 2 { problems.append("lease must be two heartbeats at least") }
        if schedulerPause <= .zero || schedulerPause > .seconds(1) {
            problems.append("schedulerPause must be positive, and a second at most")
        }
        if deadJobs < 1 || deadFor <= .zero { problems.append("deadJobs and deadFor must be positive") }
        return problems
    }
}
