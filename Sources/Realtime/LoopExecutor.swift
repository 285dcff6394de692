import NIOCore

/// Runs tasks on an event loop.
///
/// A socket's short tasks wait for Redis, whose answers come on an event loop too: run there, they cost no thread
/// switch, and none of the wake-ups of the shared pool's threads. Only for what does little between two waits; long
/// computing would hold up every socket of the loop.
package final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    package init(_ loop: any EventLoop) { self.loop = loop }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedTaskExecutor()
        loop.execute { job.runSynchronously(on: executor) }
    }
}
