import Foundation
import NIOConcurrencyHelpers
import NIOCore
import Realtime
import Support

/// What the cable sessions of one event loop share: the list of them, and their heartbeat. Confined to that loop.
final class CableLoop {
    /// Where the sessions' tasks run.
    let executor: LoopExecutor
    private var sessions: [ObjectIdentifier: CableSession] = [:]

    /// No session's token ends before.
    private var nextExpiry: Timestamp?

    init(on loop: any EventLoop) { executor = LoopExecutor(loop) }

    func add(_ session: CableSession) {
        sessions[ObjectIdentifier(session)] = session
        if let expiry = session.principal.expiresAt { nextExpiry = min(nextExpiry ?? expiry, expiry) }
    }
    func remove(_ session: CableSession) { sessions[ObjectIdentifier(session)] = nil }

    /// One frame for all sessions: encoded once, whatever their number.
    func ping() {
        guard !sessions.isEmpty else { return }
        var frame = ByteBuffer()
        FrameEncoder.text(ActionCableFrame.ping(at: Int(Date().timeIntervalSince1970)), into: &frame)
        for session in sessions.values {
            session.deliver(frame)
            session.beat()
        }
    }

    /// Sends off those whose token has ended. Most beats look at one number.
    func expire(at now: Timestamp) {
        guard let next = nextExpiry, next <= now else { return }
        nextExpiry = nil
        for session in sessions.values {
            guard let expiry = session.principal.expiresAt else { continue }
            if expiry <= now {
                session.disconnect(.tokenExpired)
            } else {
                nextExpiry = min(nextExpiry ?? expiry, expiry)
            }
        }
    }

    func end(_ reason: DisconnectReason, where isOver: (Principal) -> Bool) {
        for session in sessions.values where isOver(session.principal) { session.disconnect(reason) }
    }

    var count: Int { sessions.count }

    var staff: [AgentSession] {
        sessions.values.compactMap {
            guard case .agent(let session) = $0.principal else { return nil }
            return session
        }
    }
}

/// The cable's share of every event loop of a gateway.
package struct CableLoops: Sendable {
    private let loops: [(loop: any EventLoop, state: NIOLoopBound<CableLoop>)]

    /// ActionCable clients take six seconds without a word for a dead connection, and reckon with this beat.
    private static let beat: TimeAmount = .seconds(3)

    package init(group: any EventLoopGroup) async throws {
        var loops: [(any EventLoop, NIOLoopBound<CableLoop>)] = []
        for loop in group.makeIterator() {
            loops.append(
                try await loop.submit {
                    let state = NIOLoopBound(CableLoop(on: loop), eventLoop: loop)
                    loop.scheduleRepeatedTask(initialDelay: Self.beat, delay: Self.beat) { _ in
                        state.value.ping()
                        state.value.expire(at: .now())
                    }
                    return (loop, state)
                }.get())
        }
        self.loops = loops
    }

    func state(of loop: any EventLoop) -> CableLoop {
        guard let found = loops.first(where: { $0.loop === loop }) else {
            preconditionFailure("a socket's event loop is not one of the gateway's")
        }
        return found.state.value
    }

    /// Sends off the sessions of those for whom `isOver` holds.
    package func end(_ reason: DisconnectReason, where isOver: @escaping @Sendable (Principal) -> Bool) {
        for (loop, state) in loops { loop.execute { state.value.end(reason, where: isOver) } }
    }

    /// How many sessions there are, on all loops.
    package func count() async throws -> Int {
        var count = 0
        for (loop, state) in loops { count += try await loop.submit { state.value.count }.get() }
        return count
    }

    /// The members of staff who have sessions here, each login once.
    package func staff() async throws -> [AgentSession] {
        var found: [String: AgentSession] = [:]
        for (loop, state) in loops {
            for session in try await loop.submit({ state.value.staff }).get() {
                found["\(session.tokenDigest ?? ""):\(session.agentID)"] = session
            }
        }
        return Array(found.values)
    }
}
