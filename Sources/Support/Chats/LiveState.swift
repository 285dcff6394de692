import Foundation
import NIOCore
import Realtime
import Redis

/// What Redis knows of a chat at one moment: its state and some of its messages.
struct LiveState: Sendable {
    let fields: [String: String]
    /// Messages as clients see them, oldest first; receipts not yet filled in.
    let messages: [ByteBuffer]
    /// Place in line, from 1; nil when not waiting.
    let place: Int?
    /// There are more messages in the range, but these are as large as was allowed.
    let isCut: Bool

    init(fields: [String: String], messages: [ByteBuffer], place: Int?, isCut: Bool) {
        self.fields = fields
        self.messages = messages
        self.place = place
        self.isCut = isCut
    }

    /// From the reply of `chats/read`; nil when the chat is cold.
    init?(_ reply: RESPValue) {
        guard let parts = reply.array, parts.first?.text == "warm", parts.count == 5 else { return nil }
        var fields: [String: String] = [:]
        let pairs = parts[1].array ?? []
        for index in stride(from: 0, to: pairs.count - 1, by: 2) {
            if let name = pairs[index].text { fields[name] = pairs[index + 1].text }
        }
        let place = parts[3].int ?? 0
        self.init(
            fields: fields, messages: (parts[2].array ?? []).compactMap(\.bytes),
            place: place > 0 ? place : nil, isCut: parts[4].int == 1)
    }

    private func number(_ field: String) -> Int { fields[field].flatMap { Int($0) } ?? 0 }

    var epoch: String { fields["epoch"] ?? "" }
    var seq: Int { number("seq") }
    var persisted: Int { number("persisted") }
    var isArchived: Bool { fields["archived"] == "1" }
    /// Nothing of this chat is in PostgreSQL yet.
    var isNew: Bool { fields["new"] != nil }
    var adminReadSeq: Int { number("admin_read") }
    var userReadSeq: Int { number("user_read") }
    func readSeq(of agent: Agent.ID) -> Int { number("read:\(agent)") }

    /// How far the other side of a message's sender has got and read.
    func marks(by reader: Sender.Kind) -> Message.Marks {
        Message.Marks(
            delivered: number("\(reader.rawValue)_delivered"),
            deliveredAt: fields["\(reader.rawValue)_delivered_at"].flatMap(Timestamp.init(iso8601:)),
            read: number("\(reader.rawValue)_read"),
            readAt: fields["\(reader.rawValue)_read_at"].flatMap(Timestamp.init(iso8601:)),
            deliveries: moves("\(reader.rawValue)_delivered_moves"),
            readings: moves("\(reader.rawValue)_read_moves"))
    }

    private func moves(_ field: String) -> [Message.Marks.Move] {
        (fields[field] ?? "").split(separator: " ").compactMap { move in
            let parts = move.split(separator: ":").compactMap { Int($0) }
            return parts.count == 2
                ? .init(upTo: parts[0], at: Timestamp(milliseconds: parts[1])) : nil
        }
    }

    var conversation: Conversation.View? {
        guard let id = fields["conversation"].flatMap(Conversation.ID.init),
            let status = fields["status"].flatMap(Conversation.Status.init(rawValue:))
        else { return nil }
        let assignee = fields["assignee"].flatMap(Agent.ID.init).map { id in
            Conversation.View.Assignee(id: id, name: assigneeName)
        }
        return Conversation.View(
            id: id, status: status, position: place, assignee: assignee, end: status == .ended ? end : nil,
            endsAt: status == .active ? endsAt : nil)
    }

    /// The word that was given to an idle contact; any message since has called it off.
    private var endsAt: Timestamp? {
        let word = (fields["warned"] ?? "").split(separator: " ").compactMap { Int($0) }
        return word.count == 2 && word[0] == seq ? Timestamp(milliseconds: word[1]) : nil
    }

    private var end: Conversation.View.End? {
        fields["ended_at"].flatMap(Timestamp.init(iso8601:)).map { at in
            Conversation.View.End(
                at: at, reason: fields["ended_reason"] ?? "system", type: fields["ended_type"] ?? "system",
                rating: fields["rating"].flatMap { Int($0) })
        }
    }

    /// Kept as a JSON string, ready to be spliced into frames.
    private var assigneeName: String { fields["assignee_name"].flatMap(JSONText.decoded) ?? "" }
}
