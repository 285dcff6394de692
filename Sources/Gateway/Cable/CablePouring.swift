import NIOCore

/// Much to send at once, no faster than the client reads: all of it would count as waiting for a slow reader, who is
/// sent away and comes back for the same again.
struct CablePouring {
    /// Bytes that may wait in the socket before more is put in.
    static let level = 64 * 1024
    /// A client that takes nothing for this long does not read.
    static let patience = TimeAmount.seconds(10)

    private var texts: [ByteBuffer]
    private var next = 0
    private var pause = TimeAmount.milliseconds(1)
    private var lastProgress = NIODeadline.now()
    private var waiting = 0

    init(_ texts: [ByteBuffer]) { self.texts = texts }

    enum Step {
        case send(ByteBuffer)
        case wait(TimeAmount)
        case done
        case tooSlow
    }

    /// - Parameter outbound: bytes that wait in the socket now.
    mutating func step(outbound: Int, at now: NIODeadline = .now()) -> Step {
        guard next < texts.count else { return .done }
        guard outbound >= Self.level else {
            defer {
                texts[next] = ByteBuffer()
                next += 1
                (pause, lastProgress, waiting) = (.milliseconds(1), now, outbound)
            }
            return .send(texts[next])
        }
        if outbound < waiting { lastProgress = now }
        waiting = outbound
        guard now - lastProgress < Self.patience else { return .tooSlow }
        defer { pause = min(pause * 2, .milliseconds(100)) }
        return .wait(pause)
    }
}

extension CableSession {
    /// Sends all of it, and then does what comes next; nothing more when the client goes meanwhile.
    func pour(_ pouring: CablePouring, _ then: @escaping (CableSession) -> Void) {
        var pouring = pouring
        while !isClosed, socket.isOpen {
            switch pouring.step(outbound: socket.outboundBytes) {
            case .send(let text): socket.send(text: text)
            case .done: return then(self)
            case .tooSlow: return socket.close(code: .tryAgainLater, reason: "too slow")
            case .wait(let pause):
                socket.eventLoop.assumeIsolated().scheduleTask(in: pause) { [pouring] in
                    self.pour(pouring, then)
                }
                return
            }
        }
    }
}
