import Redis

/// "Is typing": told to whoever listens, kept nowhere, gone by itself on the other side.
package struct Typing: Sendable {
    let redis: RedisClient

    package func tell(_ on: Bool, in chat: Chat.Address, by writer: Principal) async throws {
        let text = "\n" + #"{"type":"typing","by":"\#(writer.senderKind.rawValue)","on":\#(on)}"#
        _ = try await redis.send(["PUBLISH", .string(chat.channel), .string(text)])
    }
}
