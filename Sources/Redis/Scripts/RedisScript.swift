/// A Lua script of the `lua/` folder: one atomic step inside Redis.
package struct RedisScript: Sendable {
    /// Its path below the folder without `.lua`: `messages/send`.
    package let name: String
    /// Its text, with the parts that it includes.
    package let source: String
    /// What EVALSHA calls it: the SHA-1 of its source, in hex.
    package let sha1: String
    /// What its header declares.
    package let header: ScriptHeader
    /// `EVALSHA messages/send`, for errors.
    let commandName: String

    /// How many KEYS it takes; at least, when `header.keys.isOpen`.
    package var keyCount: Int { header.keys.count }

    /// Throws `.configuration`, naming every fault of the header, or of what is included.
    package init(
        name: String, source: String, parts: ScriptParts = ScriptParts()
    ) throws(RedisError) {
        self.name = name
        header = try ScriptHeader(of: source, name: name)
        self.source = try parts.expand(source, of: name)
        sha1 = SHA1.hex(self.source.utf8)
        commandName = "EVALSHA \(name)"
    }
}
