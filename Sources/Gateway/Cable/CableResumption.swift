import NIOCore
import Realtime
import Support

/// What a session in the extended dialect leaves behind, so that its client can come back without asking again for
/// each subscription. Confined to its session's loop.
final class CableResumption {
    /// The bearer secret of the next session.
    let sessionID = Sessions.freshID()
    /// What an earlier session was subscribed to; nil when there was none.
    let restored: [String]?
    private var kept: NIODeadline?
    /// Restored subscriptions whose history has not been asked for, and until when that is awaited.
    private var awaited: [String: NIODeadline] = [:]

    init(restored: [String]?) { self.restored = restored }

    /// It can be restored for 400 s: renewed every 100, so that whoever is cut off at any time has five minutes, and a
    /// thousand who are cut off together cost nothing.
    var isDueForRenewal: Bool { kept.map { .now() - $0 > .seconds(100) } ?? false }

    var isKept: Bool { kept != nil }

    func renewed() { kept = .now() }

    func awaitHistory(of identifier: String) { awaited[identifier] = .now() + .seconds(3) }
    func historyAsked(of identifier: String) { awaited[identifier] = nil }

    /// Subscriptions whose client has not asked in time; each is named once.
    func overdue() -> [String] {
        guard !awaited.isEmpty else { return [] }
        let now = NIODeadline.now()
        let overdue = awaited.filter { $0.value < now }.keys
        for identifier in overdue { awaited[identifier] = nil }
        return Array(overdue)
    }
}

extension CableSession {
    /// Writes down what the client may come back to.
    func keep() {
        guard let resumption else { return }
        resumption.renewed()
        cable.desk.sessions.keep(
            resumption.sessionID, of: principal, subscriptions: subscriptions.active.map { $0.identifier })
    }
}
