import Logging
import Realtime
import ServiceLifecycle

/// Tells who is gone from a cell when no gateway does: whoever left last leaves a gateway without sockets, which does not
/// beat, and the last gateway may have died. All workers run one for each cell; it is one short script.
package struct PresenceSweep: Service {
    private let presence: Presence
    private let cell: Cell
    private let logger: Logger

    init(presence: Presence, cell: Cell, logger: Logger) {
        (self.presence, self.cell, self.logger) = (presence, cell, logger)
    }

    /// Returns after a graceful shutdown or when its task is cancelled.
    package func run() async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    while try await presence.sweep(cell) {}
                } catch {
                    logger.notice("who is gone could not be told", metadata: ["error": "\(error)"])
                }
                // `try?`: cancelled, the loop ends.
                try? await Task.sleep(for: presence.configuration.presenceLease / 3)
            }
        }
    }
}

extension Presence {
    /// Returns whether more waits to be told.
    func sweep(_ cell: Cell) async throws -> Bool {
        try await beat(.sweep, as: "", in: cell, came: [], went: []) == .beating(more: true)
    }
}

extension SupportDesk {
    /// Tells who is gone from a cell; every worker runs one for each.
    package func presenceSweep(of cell: Cell, logger: Logger) -> PresenceSweep {
        PresenceSweep(presence: presence, cell: cell, logger: logger)
    }
}
