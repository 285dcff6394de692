import Realtime
import Redis

/// "Is typing": told to whoever listens, kept nowhere, gone by itself on the other side.
package struct Typing: Sendable {
    /// Where somebody types: a message, or a note that staff alone will see.
    package struct Place: Hashable, Sendable {
        package let chat: Chat.Address
        package let isPrivate: Bool

        package init(chat: Chat.Address, isPrivate: Bool = false) {
            self.chat = chat
            self.isPrivate = isPrivate
        }
    }

    /// After so many seconds without a word, whoever listens takes it that nobody types any more.
    static let expiry = 6

    let redis: RedisClient

    /// Throws `SupportError.forbidden` for a contact's private note, which there is none of.
    package func tell(_ on: Bool, in place: Place, by writer: Principal) async throws {
        if place.isPrivate, writer.senderKind == .user {
            throw SupportError.forbidden("Private notes are the staff's.")
        }
        var members = #""by":"\#(writer.senderKind.rawValue)","on":\#(on),"expires_in":\#(Self.expiry)"#
        if case .agent(let agent) = writer { members += #","agent":\#(agent.card)"# }
        // What is private never comes near the chat's own channel, which its contact listens to.
        let channel = place.isPrivate ? place.chat.staffChannel : place.chat.channel
        if place.isPrivate { members += #","private":true,"chat_id":"\#(place.chat.chatID)""# }
        _ = try await redis.send([
            "SPUBLISH", .string(channel), .string("\n{\"type\":\"typing\",\(members)}"),
        ])
    }
}

/// What of one socket's typing is passed on. A person types in one place at a time.
///
/// *On* is passed on at most once a second, however often it is repeated, and *off* once after it. Going to another
/// place, or away, is stopping.
package struct TypingTurns: Sendable {
    package struct Change: Sendable, Equatable {
        package let place: Typing.Place
        package let on: Bool
    }

    private var place: Typing.Place?
    private var toldAt: Timestamp?

    package init() {}

    package mutating func turn(_ on: Bool, in place: Typing.Place, at now: Timestamp) -> [Change] {
        guard on else {
            guard self.place == place else { return [] }
            self.place = nil
            return [Change(place: place, on: false)]
        }
        if let toldAt, (0..<1000).contains(now.milliseconds - toldAt.milliseconds) { return [] }
        let left = self.place.flatMap { $0 == place ? nil : Change(place: $0, on: false) }
        (self.place, toldAt) = (place, now)
        return [left, Change(place: place, on: true)].compactMap { $0 }
    }

    /// The chat is left: returns where its typing was passed on and not taken back.
    package mutating func leave(_ chat: Chat.Address) -> Typing.Place? {
        guard let place, place.chat == chat else { return nil }
        self.place = nil
        return place
    }
}
