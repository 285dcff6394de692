import Foundation
import NIOCore

/// The table of what is enqueued when, explicit like the registry.
///
///     var cron = Cron()
///     cron.add("reports", try CronExpression("0 9 * * mon-fri", timeZone: berlin), ReportJob())
package struct Cron: Sendable {
    struct Entry: Sendable {
        let name: String
        let expression: CronExpression
        let catchesUp: Bool
        let queue: String
        /// The job of a tick, as it lies in its queue.
        let payload: @Sendable (_ tick: Date) throws -> ByteBuffer
    }

    private(set) var entries: [Entry] = []

    package init() {}

    package var isEmpty: Bool { entries.isEmpty }

    /// A name added twice is a mistake in the program and traps.
    ///
    /// - Parameters:
    ///   - name: under which Redis remembers the last tick. Renamed, an entry begins anew.
    ///   - catchesUp: whether it runs once, late, when its times have passed while no worker lived.
    package mutating func add<J: Job>(
        _ name: String, _ expression: CronExpression, _ job: J, catchesUp: Bool = false
    ) {
        precondition(!entries.contains { $0.name == name }, "the cron entry \(name) is added twice")
        entries.append(
            Entry(name: name, expression: expression, catchesUp: catchesUp, queue: J.queue) { tick in
                let envelope = try JobEnvelope(job, jid: Self.jid(name, tick), createdAt: tick)
                return envelope.queued(at: tick)
            })
    }

    /// The same for a tick whoever makes it: FNV-1a of the name (64 bits) and the second (32 bits).
    static func jid(_ name: String, _ tick: Date) -> String {
        let digest = name.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01b3
        }
        return digest.paddedHex + UInt32(truncatingIfNeeded: Int(tick.timeIntervalSince1970)).paddedHex
    }
}

extension Cron.Entry {
    /// How far back every tick that was missed is still made: longer than a leader's death goes unnoticed.
    static let backfill = 300.0

    /// The ticks to make at `now`, by what was last made. Pure.
    func due(after last: Date, now: Date) -> [Date] {
        let first = expression.next(after: last)
        guard first <= now else { return [] }
        let horizon = now.addingTimeInterval(-Self.backfill)
        var ticks: [Date] = []
        var next = max(first, expression.next(after: horizon))
        while next <= now {
            ticks.append(next)
            next = expression.next(after: next)
        }
        // Nothing of late, but something long ago.
        if ticks.isEmpty, catchesUp {
            ticks.append(Date(timeIntervalSince1970: now.timeIntervalSince1970.rounded(.down)))
        }
        return ticks
    }
}

extension FixedWidthInteger {
    fileprivate var paddedHex: String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: Self.bitWidth / 4 - digits.count) + digits
    }
}
