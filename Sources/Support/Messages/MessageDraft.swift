import Foundation
import Realtime

/// What somebody wants to send, once it is known to be sendable.
package struct MessageDraft: Sendable {
    package let content: String
    package let clientID: String

    /// - Parameter clientID: the sender's own name for the message, by which a resend is recognised; made up when
    ///   absent, and then a resend is a second message.
    package init(content: String, clientID: String?, limit: Int) throws(SupportError) {
        guard !content.allSatisfy(\.isWhitespace) else {
            throw .invalid(field: "content", "The message is empty.")
        }
        // UTF-8 first: counting characters of a long text is slow, and there are never more of them than bytes.
        guard content.utf8.count <= limit || content.count <= limit else {
            throw .invalid(field: "content", "The message is longer than \(limit) characters.")
        }
        guard content.utf8.count <= limit * 4 else {
            throw .invalid(field: "content", "The message is larger than \(limit * 4) bytes.")
        }
        guard !content.utf8.contains(0) else {
            throw .invalid(field: "content", "The message has a NUL character in it.")
        }
        let clientID = clientID ?? UUID().uuidString.lowercased()
        guard Self.isClientID(clientID) else { throw .invalid(field: "client_id", Self.clientIDRule) }
        self.content = content
        self.clientID = clientID
    }

    package static let clientIDRule = "It has 1 to 64 printable ASCII characters without spaces."

    package static func isClientID(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }

    /// The first 100 characters in one line, as the chat list shows them.
    var preview: String { MessageDraft.preview(of: content) }

    /// Looks no further than it has to, and at code points rather than characters: it is made for every message.
    static func preview(of content: String) -> String {
        var line = String.UnicodeScalarView()
        var count = 0
        var isBetweenWords = false
        for scalar in content.unicodeScalars {
            if isSpace(scalar) {
                isBetweenWords = count > 0
                continue
            }
            if isBetweenWords {
                line.append(" ")
                count += 1
                isBetweenWords = false
            }
            guard count < 100 else { break }
            line.append(scalar)
            count += 1
        }
        return String(line)
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII ? scalar.value <= 0x20 : scalar.properties.isWhitespace
    }

    /// The message's JSON that follows `seq` and `conversation_id`, which only the script knows.
    func json(id: Message.ID, sender: Principal, at iso: String) -> String {
        """
        "id":"\(id)","client_id":\(JSONText.string(clientID)),"content":\(JSONText.string(content)),\
        "sender_type":"\(sender.senderKind.rawValue)","sender_name":\(JSONText.string(sender.senderName)),\
        "status":"sent","created_at":"\(iso)","sent_at":"\(iso)","delivered_at":null,"read_at":null}
        """
    }

    /// The chat list's `last_message_*` fields, as JSON members.
    func summary(sender: Sender.Kind, at iso: String) -> String {
        """
        "last_message_at":"\(iso)","last_message_preview":\(JSONText.string(preview)),\
        "last_message_sender":"\(sender.rawValue)"
        """
    }
}
