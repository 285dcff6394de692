import Gateway
import ServiceLifecycle
import UnixSignals

/// Stops a gateway when it is asked to (TERM, or Ctrl-C): drains it, and then ends the service group. Asked a second
/// time, it drains no longer.
struct GatewayStop: Service {
    let drain: Drain
    let period: Duration

    func run() async throws {
        var signals = await UnixSignalsSequence(trapping: [.sigterm, .sigint]).makeAsyncIterator()
        guard await signals.next() != nil else { return }
        drain.begin()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [period] in
                try? await Task.sleep(for: period)  // Cancelled means that there is nothing left to wait for.
            }
            group.addTask {
                for await _ in await UnixSignalsSequence(trapping: [.sigterm, .sigint]) { return }
            }
            await group.next()
            group.cancelAll()
        }
    }
}
