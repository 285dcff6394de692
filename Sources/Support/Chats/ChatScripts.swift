import Redis

/// The scripts of `lua/chats`.
struct ChatScripts: Sendable {
    let seed: RedisScript
    let read: RedisScript
    let mark: RedisScript
    let archive: RedisScript
    let persisted: RedisScript
    let describe: RedisScript
    let end: RedisScript
    let rate: RedisScript

    init(_ library: ScriptLibrary) throws(RedisError) {
        seed = try library.script("chats/seed")
        read = try library.script("chats/read")
        mark = try library.script("chats/mark")
        archive = try library.script("chats/archive")
        persisted = try library.script("chats/persisted")
        describe = try library.script("chats/describe")
        end = try library.script("chats/end")
        rate = try library.script("chats/rate")
    }
}
