import Foundation
import NIOCore
import Realtime

extension LiveState {
    /// `chat_state`: what a subscriber begins with, so that nothing told meanwhile was missed.
    var chatState: ByteBuffer {
        ByteBuffer(
            string: """
                {"type":"chat_state","position":{"epoch":\(JSONText.string(epoch)),"offset":\(seq)},\
                "persisted_up_to":\(persisted),"conversation":\(conversationJSON),\
                "marks":{"user":\(marksJSON(.user)),"admin":\(marksJSON(.admin))}}
                """)
    }

    private var conversationJSON: String {
        guard let conversation else { return "null" }
        let position = conversation.position.map { "\($0)" } ?? "null"
        let assignee = conversation.assignee.map { assignee in
            #"{"id":"\#(assignee.id)","name":\#(JSONText.string(assignee.name))}"#
        }
        return #"{"id":"\#(conversation.id)","status":"\#(conversation.status.rawValue)","#
            + #""position":\#(position),"assignee":\#(assignee ?? "null")\#(endJSON(conversation))}"#
    }

    private func endJSON(_ conversation: Conversation.View) -> String {
        if let endsAt = conversation.endsAt { return #","ends_at":"\#(endsAt.iso8601)""# }
        guard let end = conversation.end else { return "" }
        return #","ended_at":"\#(end.at.iso8601)","ended_reason":\#(JSONText.string(end.reason)),"#
            + #""ended_type":\#(JSONText.string(end.type)),"rating":\#(end.rating.map { "\($0)" } ?? "null")"#
    }

    private func marksJSON(_ side: Sender.Kind) -> String {
        let marks = marks(by: side)
        return
            #"{"delivered":\#(marks.delivered),"delivered_at":\#(JSONText.string(marks.deliveredAt?.iso8601)),"#
            + #""read":\#(marks.read),"read_at":\#(JSONText.string(marks.readAt?.iso8601))}"#
    }
}
