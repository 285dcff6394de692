import Foundation
import NIOCore
import Redis
import TestSupport

@testable import Support

/// What is told on a chat's channel and on its account's staff channel, each publication's JSON in order.
struct Listening: Sendable {
    let chat: Heard
    let staff: Heard
    private let subscriber: RedisSubscriber

    /// Listens while `body` runs.
    static func to(
        _ chat: Chat.Address, in world: TestWorld, _ body: (Listening) async throws -> Void
    ) async throws {
        let (ofChat, ofStaff) = (Heard(), Heard())
        let subscriber = RedisSubscriber(
            try RedisConfiguration(url: world.redisURL), group: TestWorld.group, logger: TestWorld.quiet,
            onMessages: { messages in
                for message in messages {
                    let text = String(buffer: message.payload)
                    let json = text.split(separator: "\n", maxSplits: 1).last.map(String.init) ?? ""
                    (message.channel == chat.channel ? ofChat : ofStaff).add(json)
                }
            }, onReconnect: { _ in })
        let listening = Listening(chat: ofChat, staff: ofStaff, subscriber: subscriber)
        do {
            try await subscriber.subscribe([chat.channel, chat.staffChannel])
            try await body(listening)
            await subscriber.shutdown()
        } catch {
            await subscriber.shutdown()
            throw error
        }
    }
}

extension Heard {
    struct Said: Decodable, Equatable, Sendable {
        struct Chat: Decodable, Equatable, Sendable {
            var id: String?
            var readUpTo: Int?
            var unread: Bool?
        }
        struct Agent: Decodable, Equatable, Sendable {
            var id: String
            var name: String
        }
        var type: String
        var status: String?
        var by: String?
        var upToSeq: Int?
        var agentId: String?
        var unreadCount: Int?
        var chat: Chat?
        var chatId: String?
        var online: Bool?
        var on: Bool?
        var agent: Agent?
        var agents: [Agent]?
        var expiresIn: Int?
    }

    /// What was said of this type, once there is as much of it.
    func said(_ type: String, atLeast count: Int = 1) async throws -> [Said] {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        func now() throws -> [Said] {
            try all.map { try decoder.decode(Said.self, from: Data($0.utf8)) }.filter {
                $0.type == type
            }
        }
        try await waitUntil("\(count) of \(type)", within: .seconds(15)) { try now().count >= count }
        return try now()
    }
}
