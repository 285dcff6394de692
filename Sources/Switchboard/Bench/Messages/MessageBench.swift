import Foundation
import NIOConcurrencyHelpers
import NIOCore
import Realtime
import Support

/// Chats of two over real sockets: each contact sends its next message when the one before has been acknowledged, and
/// a listener in the same chat gets them all.
struct MessageBench: Sendable {
    struct Result: Sendable {
        var sent = 0
        var acceptedPerSecond = 0.0
        var deliveredPerSecond = 0.0
        var persistedPerSecond = 0.0
        let acknowledged = Latencies()
        let delivered = Latencies()
        var problems: [String] = []
    }

    /// What all sockets of a run count together.
    private struct Tally {
        var subscribed = 0
        var sent = 0
        var acknowledged = 0
        var delivered = 0
        var persisted: [String: Int] = [:]
        var problems: [String] = []
        var lastDelivered = ContinuousClock.now
        var lastPersisted = ContinuousClock.now

        var allPersisted: Int { persisted.values.reduce(0, +) }
    }

    let house: House
    let targets: [BenchTarget]
    let chats: Int
    let duration: Duration
    private let tally = NIOLockedValueBox(Tally())
    private let isSending = NIOLockedValueBox(true)

    init(house: House, targets: [BenchTarget], chats: Int, duration: Duration) {
        self.house = house
        self.targets = targets
        self.chats = chats
        self.duration = duration
    }

    func run(in account: Account.ID, _ inbox: Inbox) async throws -> Result {
        var result = Result()
        var senders: [NIOLockedValueBox<(@Sendable () -> Void)?>] = []
        let loop = house.group.next()
        for index in 0..<chats {
            let introduction = Contacts.Introduction()
            let session = try await house.desk.contacts.begin(introduction, in: inbox, at: .now())
            let start = NIOLockedValueBox<(@Sendable () -> Void)?>(nil)
            senders.append(start)
            try await connect(session, index, loop, sending: true, start, result)
            try await connect(session, index + 1, loop, sending: false, start, result)
        }
        try await wait("subscriptions", for: .seconds(20)) { $0.subscribed == chats * 2 }

        let begin = ContinuousClock.now
        for start in senders { start.withLockedValue { $0 }?() }
        try await Task.sleep(for: duration)
        isSending.withLockedValue { $0 = false }
        let end = ContinuousClock.now
        let accepted = tally.withLockedValue { $0.acknowledged }
        try await wait("deliveries and receipts", for: .seconds(60)) {
            $0.delivered >= $0.sent && $0.allPersisted >= $0.sent
        }

        let final = tally.withLockedValue { $0 }
        result.sent = final.sent
        result.problems = final.problems
        result.acceptedPerSecond = Double(accepted) / seconds(end - begin)
        result.deliveredPerSecond = Double(final.delivered) / seconds(final.lastDelivered - begin)
        result.persistedPerSecond = Double(final.allPersisted) / seconds(final.lastPersisted - begin)
        return result
    }

    private func seconds(_ duration: Duration) -> Double { duration / .seconds(1) }

    private func wait(_ what: String, for limit: Duration, _ isDone: @Sendable (Tally) -> Bool) async throws {
        let deadline = ContinuousClock.now + limit
        while !tally.withLockedValue({ isDone($0) }) {
            let now = tally.withLockedValue { $0 }
            if ContinuousClock.now > deadline || now.problems.count > 20 {
                throw Failure(
                    """
                    gave up waiting for \(what): \(now.subscribed) subscribed, \(now.sent) sent, \
                    \(now.delivered) delivered, \(now.allPersisted) persisted
                    \(now.problems.prefix(3).joined(separator: "\n"))
                    """)
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// One socket of a chat. The target alternates, so that with two gateways the two ends sit on different ones.
    private func connect(
        _ session: Contacts.Session, _ index: Int, _ loop: any EventLoop, sending: Bool,
        _ start: NIOLockedValueBox<(@Sendable () -> Void)?>, _ result: Result
    ) async throws {
        let identifier = #"{"channel":"ChatChannel","chat_id":"\#(session.session.chatID)"}"#
        let escaped = JSONText.string(identifier)
        let chat = session.session.chatID.description
        let (tally, isSending) = (tally, isSending)

        @Sendable func send(_ socket: BenchSocket) {
            guard isSending.withLockedValue({ $0 }) else { return }
            let now = Int(Date().timeIntervalSince1970 * 1_000_000)
            let number = tally.withLockedValue { tally in
                tally.sent += 1
                return tally.sent
            }
            let data =
                #"{"action":"send_message","content":"@\#(now)@ message number \#(number) of the bench, as long as a short sentence is","client_id":"b\#(now)-\#(number)"}"#
            socket.send(#"{"command":"message","identifier":\#(escaped),"data":\#(JSONText.string(data))}"#)
        }

        try await BenchSocket.connect(
            targets[index % targets.count], path: "/cable?token=\(session.token)", on: loop
        ) { socket, text in
            if text.contains(#""type":"welcome""#) {
                socket.send(#"{"command":"subscribe","identifier":\#(escaped)}"#)
            } else if text.contains(#""type":"confirm_subscription""#) {
                tally.withLockedValue { $0.subscribed += 1 }
                let bound = NIOLoopBound(socket, eventLoop: loop)
                if sending { start.withLockedValue { $0 = { loop.execute { send(bound.value) } } } }
            } else if sending, text.contains(#""type":"message_ack""#) {
                result.acknowledged.add(Self.age(of: text))
                tally.withLockedValue { $0.acknowledged += 1 }
                send(socket)
            } else if !sending, text.contains(#""type":"new_message""#) {
                result.delivered.add(Self.age(of: text))
                tally.withLockedValue {
                    $0.delivered += 1
                    $0.lastDelivered = .now
                }
            } else if !sending, text.contains(#""type":"persisted""#) {
                let seq = text.number(after: #""up_to_seq":"#) ?? 0
                tally.withLockedValue {
                    $0.persisted[chat] = max(seq, $0.persisted[chat] ?? 0)
                    $0.lastPersisted = .now
                }
            } else if text.contains(#""type":"error""#) || text.contains(#""type":"disconnect""#) {
                tally.withLockedValue { $0.problems.append(String(buffer: text)) }
            }
        }
    }

    /// How long ago, in microseconds, the message was sent whose content says when.
    private static func age(of text: ByteBuffer) -> Int {
        guard let sent = text.number(after: #""content":"@"#) else { return 0 }
        return Int(Date().timeIntervalSince1970 * 1_000_000) - sent
    }
}

extension ByteBuffer {
    private func end(of word: StaticString) -> Int? { withUnsafeReadableBytes { $0.end(of: word) } }

    fileprivate func contains(_ word: StaticString) -> Bool { end(of: word) != nil }

    fileprivate func number(after word: StaticString) -> Int? {
        guard let end = end(of: word) else { return nil }
        let digits = readableBytesView.dropFirst(end).prefix { $0 >= 0x30 && $0 <= 0x39 }
        return digits.isEmpty ? nil : digits.reduce(0) { $0 * 10 + Int($1) - 0x30 }
    }
}
