import Foundation
import Glibc

/// Opens sockets to relays, keeps messages on their way, and notes when each arrives. Blocks its thread.
final class LoadGenerator {
    /// What one measurement came to.
    struct Figures: Sendable {
        var deliveries = 0
        var seconds = 0.0
        /// Of each delivery, in microseconds, from sending to reading.
        var latencies: [UInt32] = []
    }

    /// Sockets that are being opened at the same time.
    private static let opening = 128

    /// A socket to be: where it connects, by which path, and what it subscribes to.
    struct Line: Sendable {
        let port: Int
        var path = "/cable"
        /// As it stands inside a JSON string.
        let identifier: String

        /// On a relay.
        static func relay(_ port: Int, channel: Int) -> Line {
            Line(port: port, identifier: #"{\"channel\":\"Bench\",\"id\":\#(channel)}"#)
        }
    }

    private let poller: Poller
    private(set) var sockets: [LoadSocket] = []
    private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)

    init() throws(Failure) { poller = try Poller() }

    deinit {
        for socket in sockets { socket.close() }
        scratch.deallocate()
    }

    /// Opens sockets, subscribes them, and returns how many were ready per second.
    @discardableResult
    func open(_ wanted: [Line]) throws(Failure) -> Double {
        let begin = LoadClock.now()
        var ready = 0
        var next = wanted.makeIterator()
        func openOne() throws(Failure) {
            guard let line = next.next() else { return }
            let socket = try LoadSocket(port: line.port, path: line.path, identifier: line.identifier)
            try poller.watch(socket.descriptor, as: sockets.count)
            sockets.append(socket)
        }
        for _ in 0..<min(Self.opening, wanted.count) { try openOne() }
        while ready < wanted.count {
            try receive(within: 10_000, orFail: "subscriptions") { socket, text throws(Failure) in
                switch socket.phase {
                case .subscribing where text.contains(#""welcome""#):
                    try socket.send(#"{"command":"subscribe","identifier":"\#(socket.identifier)"}"#)
                case .subscribing where text.contains("confirm_subscription"):
                    socket.phase = .ready
                    ready += 1
                    try openOne()
                case .subscribing
                where text.contains(#""disconnect""#) || text.contains("reject_subscription"):
                    throw Failure("a client was refused: \(String(decoding: text, as: UTF8.self))")
                default: break
                }
            }
        }
        return Double(wanted.count) / (Double(LoadClock.now() - begin) / 1e9)
    }

    /// One channel with everybody but the last socket, which publishes: so many messages are on their way at a time, and
    /// one has arrived when everybody has it.
    func fanOut(window: Int, seconds: Double, whenWarm: () -> Void) throws(Failure) -> Figures {
        let publisher = sockets[sockets.count - 1]
        let everybody = sockets.count - 1
        var missing: [Int: Int] = [:]
        var number = 0
        func publish() throws(Failure) {
            number += 1
            missing[number] = everybody
            try send(number, from: publisher)
        }
        for _ in 0..<window { try publish() }
        return try measure(seconds, whenWarm, every: nil) { socket, message throws(Failure) in
            guard socket !== publisher else { return false }
            let left = (missing[message] ?? 0) - 1
            missing[message] = left > 0 ? left : nil
            if left == 0 { try publish() }
            return true
        }
    }

    /// Sockets 2i and 2i+1 share a channel. Without a rate each of them has a message on its way all the time, which has
    /// arrived when the other one has it; with one, so many are sent per second in all, by all in turn.
    func pairs(rate: Int?, seconds: Double, whenWarm: () -> Void) throws(Failure) -> Figures {
        if rate == nil { for index in sockets.indices { try send(index, from: sockets[index]) } }
        var turn = 0
        let tick: (() throws(Failure) -> Void) = { [self] () throws(Failure) in
            try send(turn, from: sockets[turn])
            turn = (turn + 1) % sockets.count
        }
        return try measure(seconds, whenWarm, every: rate.map { ($0, tick) }) {
            socket, sender throws(Failure) in
            guard socket !== sockets[sender] else { return false }
            guard socket === sockets[sender ^ 1] else {
                throw Failure("a message came to a chat it was not sent to")
            }
            if rate == nil { try send(sender, from: sockets[sender]) }
            return true
        }
    }

    /// Ends all connections, as a broken line does.
    func hangUp() {
        for socket in sockets { socket.cut() }
        sockets = []
    }

    // MARK: Inside

    private func measure(
        _ seconds: Double, _ whenWarm: () -> Void, every: (rate: Int, tick: () throws(Failure) -> Void)?,
        _ arrived: (LoadSocket, Int) throws(Failure) -> Bool
    ) throws(Failure) -> Figures {
        var figures = Figures()
        let start = LoadClock.now() + 500_000_000  // until then everything warms up
        let end = start + UInt64(seconds * 1e9)
        var isWarm = false
        var sent = 0
        while LoadClock.now() < end {
            if !isWarm, LoadClock.now() >= start {
                isWarm = true
                figures = Figures()
                whenWarm()
            }
            var wait = 10_000
            if let every {
                let due = Int(Double(LoadClock.now() - (start - 500_000_000)) / 1e9 * Double(every.rate))
                while sent < due {
                    sent += 1
                    try every.tick()
                }
                wait = 1
            }
            try receive(within: wait, orFail: every == nil ? "deliveries" : nil) {
                socket, text throws(Failure) in
                guard let (message, time) = Self.stamp(text), try arrived(socket, message) else { return }
                figures.deliveries += 1
                figures.latencies.append(UInt32(clamping: (LoadClock.now() &- time) / 1000))
            }
        }
        figures.seconds = Double(LoadClock.now() - start) / 1e9
        return figures
    }

    func receive(
        within milliseconds: Int, orFail what: String?,
        _ onText: (LoadSocket, UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        let readable = poller.wait(milliseconds: milliseconds)
        if readable.isEmpty, let what { throw Failure("no \(what) for \(milliseconds) ms") }
        for number in readable where try !sockets[number].read(into: scratch, onText) {
            throw Failure("the server has closed a socket")
        }
    }

    /// 100 bytes that say who or what they are, and when they were sent.
    private func send(_ number: Int, from socket: LoadSocket) throws(Failure) {
        let stamp = #"{\"n\":\#(number),\"t\":\#(LoadClock.now()),\"pad\":\""#
        let pad = String(repeating: "x", count: max(0, 104 - stamp.utf8.count))
        try socket.send(
            #"{"command":"message","identifier":"\#(socket.identifier)","data":"\#(stamp)\#(pad)\"}"}"#)
    }

    private static func stamp(_ text: UnsafeRawBufferPointer) -> (number: Int, time: UInt64)? {
        guard var place = text.end(of: #"{"n":"#) else { return nil }
        let number = text.integer(at: &place)
        place += 5  // ,"t":
        return (Int(number), text.integer(at: &place))
    }
}
