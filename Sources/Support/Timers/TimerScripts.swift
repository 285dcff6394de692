import Redis

/// The scripts of `lua/timers`.
struct TimerScripts: Sendable {
    let arm: RedisScript
    let due: RedisScript
    let move: RedisScript
    let built: RedisScript
    let warn: RedisScript
    let target: RedisScript

    init(_ library: ScriptLibrary) throws(RedisError) {
        arm = try library.script("timers/arm")
        due = try library.script("timers/due")
        move = try library.script("timers/move")
        built = try library.script("timers/built")
        warn = try library.script("timers/warn")
        target = try library.script("timers/target")
    }
}
