import Realtime
import Redis

/// A contact who owes an answer is warned, sees the time run out, and then the conversation ends `timeout`. A message,
/// whoever writes it, calls it off.
struct IdleDuty: TimerDuty {
    let kinds = [TimePolicy.Kind.idle]
    let timers: Timers
    let endings: Endings
    let coldChats: ColdChats

    func perform(_ timer: DueTimer, at now: Timestamp) async throws {
        let note = timer.note.split(separator: " ").map(String.init)
        guard let (chat, conversation) = timer.conversation, note.count >= 2, let seq = Int(note[1]) else {
            try await timers.move(timer, to: nil)
            return
        }
        if note[0] == "warn", note.count == 3, let countdown = Int(note[2]) {
            return try await warn(timer, chat, conversation, seq, .milliseconds(countdown), now)
        }
        try await endings.end(
            chat, Ending(.timeout, by: .system), conversation: conversation,
            because: .init(timer: timer.member, due: timer.due, newestSeq: seq), at: now)
    }

    private func warn(
        _ timer: DueTimer, _ chat: Chat.Address, _ conversation: Conversation.ID, _ seq: Int,
        _ countdown: Duration, _ now: Timestamp
    ) async throws {
        // When nobody was there to warn in time, the contact has the whole countdown still.
        let isLate = now.milliseconds - timer.due > 1000
        let deadline = (isLate ? now : Timestamp(milliseconds: timer.due)).adding(countdown)
        let left = max(0, deadline.milliseconds - now.milliseconds + 500) / 1000
        _ = try await coldChats.warm(chat, for: nil, at: now) {
            try await timers.redis.evaluate(
                timers.scripts.warn,
                keys: [chat.cell.timers, chat.cell.timerNotes, chat.state, chat.cell.state],
                arguments: [
                    .string(timer.member), .integer(timer.due), .string(conversation.description),
                    .integer(seq), .integer(deadline.milliseconds), .string(deadline.iso8601),
                    .integer(left), .string(chat.channel),
                ])
        }
    }
}

extension DueTimer {
    /// What it is about, of timers that are about a conversation.
    var conversation: (Chat.Address, Conversation.ID)? {
        timer.flatMap { timer in timer.conversation.map { (timer.chat, $0) } }
    }
}
