import NIOConcurrencyHelpers
import NIOCore
import Redis

@testable import Realtime

/// A member that notes what it is given.
final class Listener: StreamMember, Sendable {
    private let frames = NIOLockedValueBox<[String]>([])

    func deliver(_ frames: ByteBuffer) {
        // Texts stand behind each other without a header here; each is an object on its own.
        let texts = String(buffer: frames).replacing("}{\"identifier\"", with: "}\n{\"identifier\"")
        self.frames.withLockedValue { $0 += texts.split(separator: "\n").map(String.init) }
    }

    /// Everything but states.
    var heard: [String] { frames.withLockedValue { $0.filter { !$0.contains(LoggedStream.state) } } }
    var all: [String] { frames.withLockedValue { $0 } }

    /// Joins, and goes live where the stream stands, or at `place`.
    func join(
        _ hub: Hub, _ stream: LoggedStream, as key: StreamKey, on loop: any EventLoop,
        at place: StreamPosition = StreamPosition(epoch: "e", offset: 0)
    ) async -> Bool {
        let member = NIOLoopBound<any StreamMember>.init
        return await withCheckedContinuation { continuation in
            loop.execute {
                hub.join(stream, as: key, member(self, loop), on: loop) { isListening in
                    if isListening { _ = hub.goLive(self, on: stream, as: key, from: place, on: loop) }
                    continuation.resume(returning: isListening)
                }
            }
        }
    }
}

/// A stream that is written and read as the project's scripts do it: numbered, logged and published.
struct LoggedStream: RecoverableStream {
    let channel: String
    let redis: RedisClient?
    var id: String { channel }
    static let state = #"{"type":"state"}"#
    private var log: String { "\(channel):log" }

    /// Writes one publication down, and publishes it unless it is to be missed.
    func publish(_ payload: String, at offset: Int, epoch: String = "e", isHeard: Bool = true) async throws {
        _ = try await redis?.send(["SET", .string("\(channel):epoch"), .string(epoch)])
        _ = try await redis?.send(["XADD", .string(log), .string("0-\(offset)"), "m", .string(payload)])
        if isHeard { try await tell(payload, at: offset, epoch: epoch) }
    }

    func tell(_ payload: String, at offset: Int, epoch: String = "e") async throws {
        _ = try await redis?.send(["SPUBLISH", .string(channel), .string("\(offset) \(epoch)\n\(payload)")])
    }

    func forget() async throws { _ = try await redis?.send(["DEL", .string(log)]) }

    func open(_ point: RecoveryPoint?) async throws -> StreamOpening {
        guard let redis else { throw RedisError(.closed, "this stream has no log") }
        let epoch = try await redis.send(["GET", .string("\(channel):epoch")]).text ?? "e"
        let entries = try await redis.send(["XRANGE", .string(log), "-", "+"]).array ?? []
        let all = entries.compactMap { entry -> Publication? in
            guard let parts = entry.array, let id = parts[0].text, let offset = Int(id.dropFirst(2)),
                let payload = parts[1].array?.last?.bytes
            else { return nil }
            return Publication(payload, at: StreamPosition(epoch: epoch, offset: offset))
        }
        let top = all.last?.position ?? StreamPosition(epoch: epoch, offset: 0)
        guard case .position(let known) = point else {
            return StreamOpening(position: top, state: ByteBuffer(string: Self.state), recovery: .notAsked)
        }
        let missed = all.filter { !known.includes($0.position ?? known) }
        let isWhole = known.epoch == epoch && known.offset + missed.count == top.offset
        return StreamOpening(
            position: top, state: ByteBuffer(string: Self.state),
            recovery: isWhole ? .recovered(missed) : .lost)
    }
}
