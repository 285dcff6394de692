/// Looks for jobs that are nowhere any more. To be enqueued from time to time, by cron: it takes two looks to find one.
package struct LostJobsJob: Job {
    package static let name = "LostJobsJob"
    package static let queue = "low"
    /// The next one comes anyway.
    package static let maxRetries = 0
    package static let restsWhenDead = false

    package init() {}

    package func perform(_ lost: LostJobs, _ context: JobContext) async throws {
        _ = try await lost.look()
    }
}
