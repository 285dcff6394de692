import Foundation
import NIOConcurrencyHelpers
import NIOCore
import Realtime

/// What the cable sessions of one event loop share: the list of them, and their heartbeat. Confined to that loop.
final class CableLoop {
    private var sessions: [ObjectIdentifier: CableSession] = [:]

    func add(_ session: CableSession) { sessions[ObjectIdentifier(session)] = session }
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
                    let state = NIOLoopBound(CableLoop(), eventLoop: loop)
                    loop.scheduleRepeatedTask(initialDelay: Self.beat, delay: Self.beat) { _ in
                        state.value.ping()
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
}
