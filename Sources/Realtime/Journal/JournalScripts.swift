import Redis

/// The scripts of `lua/journal`.
package struct JournalScripts: Sendable {
    let advance: RedisScript
    let lease: RedisScript
    let recover: RedisScript

    package init(_ library: ScriptLibrary) throws(RedisError) {
        advance = try library.script("journal/advance")
        lease = try library.script("journal/lease")
        recover = try library.script("journal/recover")
    }
}
