import Dispatch
import Foundation
import ServiceLifecycle

/// What operators of Sidekiq are used to: TSTP makes the worker quiet (and it stays), TTIN writes into the log what
/// every slot is doing. TERM and INT belong to the service group, as for every role.
///
/// Both would stop or suspend a process by default, so they are ignored from `init` on and heard by a source.
package final class JobSignals: Service {
    private let worker: JobWorker

    package init(_ worker: JobWorker) {
        self.worker = worker
        for number in Self.heard { signal(number, SIG_IGN) }
    }

    private static let heard = [SIGTSTP, SIGTTIN]

    /// Until the service group stops.
    package func run() async {
        let (signals, continuation) = AsyncStream.makeStream(of: Int32.self)
        let sources = Self.heard.map { number in
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield(number) }
            source.resume()
            return source
        }
        await cancelWhenGracefulShutdown {
            for await number in signals {
                switch number {
                case SIGTSTP: self.worker.quiet()
                default: self.worker.logRunning()
                }
            }
        }
        for source in sources { source.cancel() }
    }
}
