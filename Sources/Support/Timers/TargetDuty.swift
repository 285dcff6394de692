import Realtime
import Redis

/// Staff are told that a target will be missed, while there is time to do something about it, and that it was.
struct TargetDuty: TimerDuty {
    let kinds = [TimePolicy.Kind.firstReply, TimePolicy.Kind.nextReply, TimePolicy.Kind.resolution]
    let timers: Timers
    let coldChats: ColdChats

    func perform(_ timer: DueTimer, at now: Timestamp) async throws {
        let note = timer.note.split(separator: " ").compactMap { Int($0) }
        guard let (chat, conversation) = timer.conversation, note.count == 2 else {
            try await timers.move(timer, to: nil)
            return
        }
        let limit = Timestamp(milliseconds: note[1])
        let stage = now < limit ? "warned" : "missed"
        _ = try await coldChats.warm(chat, for: nil, at: now) {
            try await timers.redis.evaluate(
                timers.scripts.target,
                keys: [
                    chat.cell.timers, chat.cell.timerNotes, chat.state, chat.history, chat.cell.state,
                    chat.cell.journal, chat.staffLog,
                ],
                arguments: [
                    .string(timer.member), .integer(timer.due), .string(conversation.description),
                    .string(timer.kind), .integer(note[0]), .string(stage), .integer(limit.milliseconds),
                    .string(limit.iso8601), .string(now.iso8601), .string(chat.staffChannel),
                    .integer(coldChats.configuration.staffLogLength),
                ])
        }
    }
}
