import Logging
import NIOConcurrencyHelpers
import NIOCore
import Realtime
import Support

/// Who is there through this gateway: one beat in each cell that a socket has stood for anybody of.
final class CablePresence: Sendable {
    private let beats = NIOLockedValueBox<[Cell: CellPresence]>([:])
    private let presence: Presence
    private let process: String
    private let logger: Logger

    init(presence: Presence, process: String, logger: Logger) {
        self.presence = presence
        self.process = process
        self.logger = logger
    }

    /// - Parameter loop: any; the beat keeps its time there.
    func joined(_ subjects: [Presence.Subject], in cell: Cell, on loop: any EventLoop) {
        beat(in: cell).joined(subjects, on: loop)
    }

    func left(_ subjects: [Presence.Subject], in cell: Cell, on loop: any EventLoop) {
        beat(in: cell).left(subjects, on: loop)
    }

    /// The gateway stops: nobody is here any more. Those who came to another one meanwhile stay there.
    func shutdown() async {
        await withTaskGroup(of: Void.self) { group in
            for beat in beats.withLockedValue({ Array($0.values) }) {
                group.addTask { await beat.shutdown() }
            }
        }
    }

    private func beat(in cell: Cell) -> CellPresence {
        beats.withLockedValue { beats in
            if let beat = beats[cell] { return beat }
            let beat = CellPresence(presence: presence, cell: cell, process: process, logger: logger)
            beats[cell] = beat
            return beat
        }
    }
}
