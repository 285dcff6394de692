import Realtime

/// A chat in which nobody has written for a long time: what is open in it ends `inactive`, and it is archived.
struct ArchiveDuty: TimerDuty {
    let kinds = [TimePolicy.Kind.archive]
    let timers: Timers
    let endings: Endings
    let archive: Archive

    /// Ending comes first and leaves the timer as it is, so that a process which dies in between is followed by another.
    func perform(_ timer: DueTimer, at now: Timestamp) async throws {
        guard let chat = timer.timer?.chat, let seq = Int(timer.note) else {
            try await timers.move(timer, to: nil)
            return
        }
        do {
            let cause = Endings.Cause(timer: "", due: 0, newestSeq: seq)
            try await endings.end(chat, Ending(.inactive, by: .system), because: cause, at: now)
            try await archive.archive(
                chat, because: .init(timer: timer.member, due: timer.due, newestSeq: seq), at: now)
        } catch SupportError.notFound {
            try await timers.move(timer, to: nil)  // the chat is gone, with its account perhaps
        }
    }
}
