import Foundation

extension LoadGenerator {
    /// What became of messages, in microseconds from sending.
    struct Conversations: Sendable {
        var acknowledged: [UInt32] = []
        /// At the other end of the chat.
        var delivered: [UInt32] = []
    }

    /// Sockets 2i and 2i+1 are the two ends of a chat. So many messages are sent per second in all, by all in turn.
    func conversations(rate: Int, seconds: Double) throws(Failure) -> Conversations {
        var result = Conversations()
        // Until then everything warms up.
        let begin = LoadClock.now()
        let (warm, end) = (begin + 500_000_000, begin + 500_000_000 + UInt64(seconds * 1e9))
        var said = 0
        while case let now = LoadClock.now(), now < end {
            while said < Int(Double(now - begin) / 1e9 * Double(rate)) {
                try say(said % sockets.count)
                said += 1
            }
            try receive(within: 1, orFail: nil) { socket, text throws(Failure) in
                guard let (sender, time) = Self.stamp(ofContent: text), time >= warm else { return }
                let age = UInt32(clamping: (LoadClock.now() - time) / 1000)
                if text.contains(#""type":"message_ack""#) {
                    result.acknowledged.append(age)
                } else if socket === sockets[sender ^ 1] {
                    result.delivered.append(age)
                }
            }
        }
        return result
    }

    private func say(_ number: Int) throws(Failure) {
        let socket = sockets[number]
        let content = "@\(number)@\(LoadClock.now())@ as long as a short sentence is"
        try socket.send(
            #"""
            {"command":"message","identifier":"\#(socket.identifier)",\#
            "data":"{\"action\":\"send_message\",\"content\":\"\#(content)\",\"client_id\":\"\#(UUID())\"}"}
            """#)
    }

    /// Who sent a message, and when.
    private static func stamp(ofContent text: UnsafeRawBufferPointer) -> (number: Int, time: UInt64)? {
        guard var place = text.end(of: #""content":"@"#) else { return nil }
        let number = Int(text.integer(at: &place))
        place += 1
        return (number, text.integer(at: &place))
    }
}
