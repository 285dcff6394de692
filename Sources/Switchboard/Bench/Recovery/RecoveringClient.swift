import Foundation

/// One client of `actioncable-v1-ext-json` in one chat, as a foreign library would be: it remembers its session and how
/// far it has read, comes back with both, and counts whatever the protocol says cannot be.
final class RecoveringClient {
    let number: Int
    let chat: Int
    private let chatID: String
    private let token: String
    private let identifier: String
    private(set) var socket: LoadSocket?
    private var session: String?
    private var epoch = ""
    private var dialled: UInt64 = 0
    /// Where it began to listen, and how far it has read.
    private(set) var base: Int?
    private(set) var offset = 0
    private(set) var isCaughtUp = false
    private(set) var received = 0
    /// Holes, repetitions and messages out of order.
    private(set) var breaches = 0
    private(set) var resets = 0

    init(number: Int, chat: Int, chatID: String, token: String) {
        (self.number, self.chat, self.chatID, self.token) = (number, chat, chatID, token)
        identifier = #"{\"channel\":\"ChatChannel\",\"chat_id\":\"\#(chatID)\"}"#
    }

    func dial(_ port: Int) throws(Failure) {
        dialled = LoadClock.now()
        let path = "/cable?token=\(token)" + (session.map { "&sid=\($0)" } ?? "")
        socket = try LoadSocket(
            port: port, path: path, protocol: "actioncable-v1-ext-json", identifier: identifier)
    }

    func cut() {
        socket?.cut()
        (socket, isCaughtUp) = (nil, false)
    }

    func say(_ content: String) throws(Failure) {
        try socket?.send(
            #"""
            {"command":"message","identifier":"\#(identifier)",\#
            "data":"{\"action\":\"send_message\",\"content\":\"\#(content)\",\"client_id\":\"\#(UUID())\"}"}
            """#)
    }

    /// Returns how long it took to catch up, in nanoseconds, when this was the end of it.
    func hear(_ text: UnsafeRawBufferPointer) throws(Failure) -> UInt64? {
        if text.contains(#""stream_id":"#) {
            read(Int(text.integer(after: #"","offset":"#) ?? 0))
        } else if text.contains(#""type":"welcome""#) {
            session = text.text(after: #""sid":""#)
            // What was restored waits for this question; the rest has to be subscribed to again.
            let isRestored =
                text.contains(#""restored":true"#) && String(decoding: text, as: UTF8.self).contains(chatID)
            let command = isRestored ? "history" : "subscribe"
            try socket?.send(#"{"command":"\#(command)","identifier":"\#(identifier)"\#(history)}"#)
        } else if text.contains(#""type":"chat_state""#), base == nil {
            epoch = text.text(after: #""epoch":""#) ?? ""
            base = text.integer(after: #""offset":"#)
            offset = base ?? 0
            return caughtUp()
        } else if text.contains(#""type":"confirm_history""#) {
            return caughtUp()
        } else if text.contains(#""type":"reject_history""#) || text.contains(#""type":"reset""#) {
            resets += 1
            return caughtUp()
        } else if text.contains(#""type":"disconnect""#) || text.contains("reject_subscription")
            || text.contains(#""type":"error""#)
        {
            throw Failure("a client was refused: \(String(decoding: text, as: UTF8.self))")
        }
        return nil
    }

    /// For a message to whoever waits in vain.
    var standing: String {
        "client \(number): socket \(socket != nil), caught up \(isCaughtUp), read \(offset)"
    }

    private var history: String {
        base == nil
            ? "" : #","history":{"streams":{"chat:\#(chatID)":{"offset":\#(offset),"epoch":"\#(epoch)"}}}"#
    }

    private func caughtUp() -> UInt64? {
        guard !isCaughtUp else { return nil }
        isCaughtUp = true
        return LoadClock.now() - dialled
    }

    private func read(_ new: Int) {
        received += 1
        if new != offset + 1 { breaches += 1 }
        offset = max(offset, new)
    }
}
