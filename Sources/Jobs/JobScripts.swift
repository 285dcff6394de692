import Redis

/// The Lua scripts of this room, `lua/jobs/`.
package struct JobScripts: Sendable {
    let fetch, share, settle, requeue, promote, beat, leave, lapsed, recover: RedisScript
    let lead, tick, lock, push, openBatch, sealBatch, limit, cancel, progress: RedisScript
    let act: RedisScript

    /// Throws `.configuration` when the library lacks one of them.
    package init(_ library: ScriptLibrary) throws(RedisError) {
        fetch = try library.script("jobs/fetch")
        share = try library.script("jobs/share")
        settle = try library.script("jobs/settle")
        requeue = try library.script("jobs/requeue")
        promote = try library.script("jobs/promote")
        beat = try library.script("jobs/beat")
        leave = try library.script("jobs/leave")
        lapsed = try library.script("jobs/lapsed")
        recover = try library.script("jobs/recover")
        lead = try library.script("jobs/lead")
        tick = try library.script("jobs/tick")
        lock = try library.script("jobs/lock")
        push = try library.script("jobs/push")
        openBatch = try library.script("jobs/batch_open")
        sealBatch = try library.script("jobs/batch_seal")
        limit = try library.script("jobs/limit")
        cancel = try library.script("jobs/cancel")
        progress = try library.script("jobs/progress")
        act = try library.script("jobs/act")
    }
}
