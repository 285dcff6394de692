import Foundation

/// Many clients on bad lines: each is cut off again and again while messages go on, and has to get everything.
final class RecoveryBench {
    struct Plan: Sendable {
        let ports: [Int]
        let clients: Int
        /// The pages of one contact each: token and chat.
        let chats: [(token: String, chatID: String)]
        /// Seconds between two cuts of a client, and how long it stays away.
        let every: Double
        let away: Double
        /// Messages per second, in each chat.
        let rate: Double
        let seconds: Double
    }

    struct Outcome: Sendable {
        var cuts = 0
        var expected = 0
        var delivered = 0
        var breaches = 0
        var resets = 0
        /// From dialling to having caught up, after a cut, in milliseconds.
        var replays: [Double] = []
    }

    /// What happens to a client next.
    private enum Event {
        case cut
        case dial
    }

    private static let slot = 0.01

    private let plan: Plan
    private let poller: Poller
    private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    private var clients: [RecoveringClient] = []
    private var outcome = Outcome()
    /// By hundredths of a second from the start.
    private var agenda: [Int: [(client: Int, event: Event)]] = [:]
    private let start = LoadClock.now()
    private var nextSlot = 0
    private var isOver = false
    private var dials = 0

    init(_ plan: Plan) throws(Failure) {
        self.plan = plan
        poller = try Poller()
        for number in 0..<(plan.clients + plan.chats.count) {
            let chat = number % plan.chats.count
            clients.append(
                RecoveringClient(
                    number: number, chat: chat, chatID: plan.chats[chat].chatID, token: plan.chats[chat].token
                ))
        }
    }

    deinit {
        for client in clients { client.socket?.close() }
        scratch.deallocate()
    }

    /// Blocks; for a thread of its own.
    func run() throws(Failure) -> Outcome {
        // Not all at once: that is another test.
        for client in clients {
            try dial(client)
            if client.number % 64 == 63 {
                try turn(until: { self.dials - self.here < 64 }, "a first connection")
            }
        }
        try turn(until: { self.here == self.clients.count }, "everybody")
        outcome.replays = []
        for client in clients.dropFirst(plan.chats.count) {
            note(.cut, of: client.number, in: .random(in: 0...plan.every))
        }
        var said = 0
        let begin = seconds
        let end = begin + plan.seconds
        while seconds < end {
            try turn(milliseconds: 2)
            let due = Int((seconds - begin) * plan.rate * Double(plan.chats.count))
            while said < due {
                try clients[said % plan.chats.count].say(
                    "message \(said) of the bench, as long as a sentence")
                said += 1
            }
        }
        isOver = true
        try turn(until: { self.late.isEmpty }, "the rest")
        return total()
    }

    // MARK: Inside

    private var seconds: Double { Double(LoadClock.now() - start) / 1e9 }
    private var here: Int { clients.count { $0.isCaughtUp } }
    /// How far each chat has come, as those say who were never cut off.
    private var last: [Int: Int] {
        Dictionary(uniqueKeysWithValues: clients.prefix(plan.chats.count).map { ($0.chat, $0.offset) })
    }

    /// Those who have not read as far as their chat has come.
    private var late: [RecoveringClient] {
        let last = last
        return clients.filter { !$0.isCaughtUp || $0.offset < (last[$0.chat] ?? 0) }
    }

    private func total() -> Outcome {
        let last = last
        for client in clients.dropFirst(plan.chats.count) {
            outcome.expected += (last[client.chat] ?? 0) - (client.base ?? 0)
            outcome.delivered += client.received
            outcome.breaches += client.breaches
            outcome.resets += client.resets
        }
        return outcome
    }

    private func turn(until isDone: () -> Bool, _ what: String) throws(Failure) {
        let deadline = seconds + 60
        while !isDone() {
            try turn(milliseconds: 10)
            guard seconds > deadline else { continue }
            let late = late
            throw Failure(
                "waited 60 s for \(what); \(late.count) are behind, such as \(late.first?.standing ?? "")")
        }
    }

    private func turn(milliseconds: Int) throws(Failure) {
        for number in poller.wait(milliseconds: milliseconds) {
            let client = clients[number]
            guard let socket = client.socket else { continue }
            let isOpen = try socket.read(into: scratch) { _, text throws(Failure) in
                if let time = try client.hear(text) { outcome.replays.append(Double(time) / 1e6) }
            }
            guard isOpen else { throw Failure("the server has closed a socket") }
        }
        while nextSlot <= Int(seconds / Self.slot) {
            for (number, event) in agenda.removeValue(forKey: nextSlot) ?? [] {
                try happen(event, to: clients[number])
            }
            nextSlot += 1
        }
    }

    private func happen(_ event: Event, to client: RecoveringClient) throws(Failure) {
        switch event {
        case .cut where isOver: break
        case .cut:
            client.cut()
            outcome.cuts += 1
            note(.dial, of: client.number, in: plan.away)
        case .dial:
            try dial(client)
            note(.cut, of: client.number, in: plan.every * .random(in: 0.5...1.5))
        }
    }

    private func note(_ event: Event, of client: Int, in seconds: Double) {
        agenda[Int((self.seconds + seconds) / Self.slot) + 1, default: []].append((client, event))
    }

    private func dial(_ client: RecoveringClient) throws(Failure) {
        dials += 1
        try client.dial(plan.ports[dials % plan.ports.count])
        if let socket = client.socket { try poller.watch(socket.descriptor, as: client.number) }
    }
}
