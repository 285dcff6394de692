import NIOCore
import Realtime
import Redis

/// The staff's news of an account as a stream: every change of a row in their list is a publication.
package struct StaffNews: Sendable {
    let redis: RedisClient
    private let read: RedisScript

    init(redis: RedisClient, scripts: ScriptLibrary) throws(RedisError) {
        self.redis = redis
        read = try scripts.script("streams/read")
    }

    package func stream(of account: Account.ID, in cell: Cell) -> StaffStream {
        StaffStream(news: self, account: account, cell: cell)
    }

    fileprivate func open(_ stream: StaffStream, _ point: RecoveryPoint?) async throws -> StreamOpening {
        // A moment means nothing here: entries carry no time, and who has no position has no list either.
        let known: StreamPosition? = if case .position(let position) = point { position } else { nil }
        let reply = try await redis.evaluate(
            read, keys: [Chat.Address.staffLog(of: stream.account, in: stream.cell), stream.cell.state],
            arguments: [
                .integer(max(-1, known?.offset ?? -1)), .integer(StreamOpening.limit), .string(Epoch.fresh()),
                .integer(StreamOpening.maxBytes),
            ])
        guard let parts = reply.array, parts.count == 3, let epoch = parts[0].text,
            let top = parts[1].text.flatMap({ Int($0) })
        else { throw SupportError.unavailable("The news could not be read.") }
        let position = StreamPosition(epoch: epoch, offset: top)
        return StreamOpening(
            position: position,
            state: ByteBuffer(
                string:
                    #"{"type":"staff_state","position":{"epoch":\#(JSONText.string(epoch)),"offset":\#(top)}}"#
            ),
            recovery: recovery(parts[2].array?.compactMap(\.bytes) ?? [], point, known, position))
    }

    private func recovery(
        _ entries: [ByteBuffer], _ point: RecoveryPoint?, _ known: StreamPosition?, _ top: StreamPosition
    ) -> StreamOpening.Recovery {
        guard point != nil else { return .notAsked }
        guard let known, known.epoch == top.epoch, known.offset + entries.count == top.offset else {
            return .lost
        }
        return .recovered(
            entries.enumerated().map { index, entry in
                Publication(entry, at: StreamPosition(epoch: top.epoch, offset: known.offset + 1 + index))
            })
    }
}

/// See `StaffNews`.
package struct StaffStream: RecoverableStream {
    fileprivate let news: StaffNews
    fileprivate let account: Account.ID
    fileprivate let cell: Cell

    package var channel: String { Chat.Address.staffChannel(of: account, in: cell) }
    package var id: String { "staff" }

    package func open(_ point: RecoveryPoint?) async throws -> StreamOpening {
        try await news.open(self, point)
    }
}
