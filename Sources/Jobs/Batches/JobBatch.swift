import Foundation

/// Jobs that belong together, and what is to follow them.
///
///     var batch = JobBatch("newsletter of November")
///     for contact in contacts { try batch.add(MailJob(contact)) }
///     try batch.onComplete(ReportJob(batch: batch.id))
///     try await jobs.start(batch)
///
/// A batch is *complete* when each of its jobs has come to an end: succeeded, dead, or dropped. It is a *success*
/// when all have succeeded, be it later because somebody brought a dead one back. Each callback is enqueued
/// once, in the step that ends the last job. A job counts once by its `jid`, however often it fails, is
/// recovered, or runs again.
///
/// A running job may add jobs to its batch (`JobBatch.current`), which is not complete before it ends itself.
/// A job deleted by hand leaves its batch waiting, until that expires.
package struct JobBatch: Sendable {
    /// The batch of the running job.
    @TaskLocal package static var current: Membership?

    /// What a job knows of the batch that it belongs to.
    package struct Membership: Sendable, Equatable {
        package let id: String
        let callbackQueue: String
    }

    package let id: String
    package let description: String
    let callbackQueue: String
    private(set) var jobs: [JobEnvelope] = []
    private(set) var complete: JobEnvelope?
    private(set) var success: JobEnvelope?

    /// - Parameter callbackQueue: where the callbacks go, whatever their types say.
    package init(_ description: String, callbackQueue: String = "default") {
        id = JobEnvelope.randomJID()
        self.description = description
        self.callbackQueue = callbackQueue
    }

    var membership: Membership { Membership(id: id, callbackQueue: callbackQueue) }

    package mutating func add(_ job: some Job, _ options: JobOptions = JobOptions()) throws {
        jobs.append(try JobEnvelope(job, options, now: Date()).joining(membership))
    }

    package mutating func onComplete(_ job: some Job) throws { complete = try callback(job) }

    package mutating func onSuccess(_ job: some Job) throws { success = try callback(job) }

    private func callback(_ job: some Job) throws -> JobEnvelope {
        try JobEnvelope(job, JobOptions(queue: callbackQueue), now: Date())
    }
}

extension JobEnvelope {
    func joining(_ batch: JobBatch.Membership) -> JobEnvelope {
        var copy = adding("bid", json: JSONText.string(batch.id))
            .adding("batch_queue", json: JSONText.string(batch.callbackQueue))
        copy.batch = batch.id
        return copy
    }
}

extension JobBatch.Membership {
    /// Nil for a job that belongs to none.
    init?(_ job: JobPayload) {
        guard let id = job.string("bid"), let queue = job.string("batch_queue") else { return nil }
        self.init(id: id, callbackQueue: queue)
    }
}

/// How far a batch is.
package struct JobBatchStatus: Sendable, Equatable {
    package let description: String
    /// Jobs that were ever added.
    package let total: Int
    /// Of them, those that have not come to an end.
    package let pending: Int
    /// And those that are dead or were dropped.
    package let failed: Int
}
