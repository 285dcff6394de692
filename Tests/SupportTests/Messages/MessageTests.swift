import Foundation
import Testing

@testable import Support

@Suite struct MessageTests {
    private let early = Timestamp(milliseconds: 1000)
    private let late = Timestamp(milliseconds: 2000)

    private func message(
        _ seq: Int, deliveredAt: Timestamp? = nil, readAt: Timestamp? = nil
    ) -> Message {
        Message(
            seq: seq, conversationID: .new(), id: .new(), clientID: "c", content: "hi", senderType: .user,
            senderName: nil, status: .sent, createdAt: early, sentAt: early, deliveredAt: deliveredAt,
            readAt: readAt)
    }

    private func applying(_ marks: Message.Marks, to message: Message) -> Message {
        var message = message
        message.apply(marks)
        return message
    }

    @Test func `above all marks a message is sent and no more`() {
        let message = applying(
            .init(delivered: 4, deliveredAt: early, read: 3, readAt: early), to: message(5))
        #expect(message.status == .sent)
        #expect(message.deliveredAt == nil && message.readAt == nil)
    }

    @Test func `up to the delivered mark it is delivered`() {
        let message = applying(
            .init(delivered: 5, deliveredAt: late, read: 4, readAt: late), to: message(5))
        #expect(message.status == .delivered)
        #expect(message.deliveredAt == late)
        #expect(message.readAt == nil)
    }

    @Test func `what has been read has been delivered, whether or not it was said`() {
        let marks = Message.Marks(delivered: 0, deliveredAt: nil, read: 5, readAt: late)
        let message = applying(marks, to: message(5))
        #expect(message.status == .read)
        #expect(message.readAt == late)
        #expect(message.deliveredAt == late)
    }

    @Test func `a time that PostgreSQL knows exactly is not replaced by the mark's`() {
        let marks = Message.Marks(delivered: 9, deliveredAt: late, read: 9, readAt: late)
        let message = applying(marks, to: message(5, deliveredAt: early, readAt: early))
        #expect(message.deliveredAt == early && message.readAt == early)
    }

    @Test func `a message was read at the move of the mark that passed it, not at the last one`() {
        var marks = Message.Marks(delivered: 9, deliveredAt: late, read: 9, readAt: late)
        let moments = (0..<4).map { Timestamp(milliseconds: 1200 + 100 * $0) }
        marks.deliveries = [.init(upTo: 4, at: moments[0]), .init(upTo: 9, at: late)]
        marks.readings = [
            .init(upTo: 3, at: moments[1]), .init(upTo: 5, at: moments[2]), .init(upTo: 9, at: late),
        ]
        #expect(
            [1, 3, 4, 5, 6].map { applying(marks, to: message($0)).readAt }
                == [moments[1], moments[1], moments[2], moments[2], late])
        #expect(applying(marks, to: message(4)).deliveredAt == moments[0])
        #expect(
            applying(marks, to: message(5)).deliveredAt == moments[2], "read before the delivery was noted")
    }

    @Test func `no marks change nothing`() {
        let message = applying(.init(), to: message(1))
        #expect(message.status == .sent)
    }

    @Test func `a raised mark never takes a receipt back`() {
        for seq in 1...20 {
            var rank = 0
            for (delivered, read) in [(0, 0), (5, 0), (5, 3), (12, 3), (12, 12), (20, 20)] {
                let status = applying(
                    .init(delivered: delivered, deliveredAt: early, read: read, readAt: late),
                    to: message(seq)
                ).status
                let next = [Message.Status.sent, .delivered, .read].firstIndex(of: status) ?? -1
                #expect(next >= rank)
                rank = next
            }
        }
    }

    @Test func `every field is in its JSON, null when there is nothing to say`() throws {
        let json = try JSONSerialization.jsonObject(with: Data(message(1).json().readableBytesView))
        let members = try #require(json as? [String: Any])
        #expect(
            Set(members.keys) == [
                "seq", "id", "conversation_id", "client_id", "content", "sender_type", "sender_name",
                "status",
                "created_at", "sent_at", "delivered_at", "read_at",
            ])
        #expect(members["read_at"] is NSNull && members["sender_name"] is NSNull)
        #expect(members["created_at"] as? String == "1970-01-01T00:00:01.000Z")
    }
}
