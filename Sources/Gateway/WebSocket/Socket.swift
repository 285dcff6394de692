import NIOCore

/// The sending side of one WebSocket, and its end.
///
/// What is sent in one turn of the event loop leaves in one write: frames collect in `staged`, and the
/// loop's `SocketLoop` flushes every socket that has any when the turn ends. The first frames of a turn are
/// held by reference, so a publication that goes to many sockets is in memory once. What the kernel does not
/// take stays here, counted and bounded.
///
///     open ──close()──▶ closing ──peer's close frame, or too late──▶ gone
///       └──────────────── connection lost ──────────────────────────▶ gone
///
/// Confined to its event loop; every call from elsewhere traps.
package final class Socket {
    private enum Phase {
        case open
        /// Our close frame is staged or sent.
        case closing
        case gone
    }

    package let eventLoop: any EventLoop
    private let loop: SocketLoop
    private let terms: SocketTerms
    private var phase = Phase.open
    private var staged: ByteBuffer?
    /// Of the channel handler that carries this socket; nil before and after.
    private var context: ChannelHandlerContext?
    private var wire: SocketWire?
    private var deadline: Scheduled<Void>?
    /// As the channel last said: asking it costs more than all the rest of sending.
    private var isWritable = true

    /// Where this socket stands in the list of its loop, and in the round of flushes to come.
    var place: Int?
    var isAwaitingFlush = false
    /// When the client was last heard of. Kept only where there is a limit to silence.
    var lastRead = NIODeadline.now()
    /// When a message was begun whose end has not come yet.
    var messageBegan: NIODeadline?

    init(loop: SocketLoop, terms: SocketTerms = .text) {
        self.eventLoop = loop.eventLoop
        self.loop = loop
        self.terms = terms
    }

    /// Whether what is sent may still arrive.
    package var isOpen: Bool {
        eventLoop.preconditionInEventLoop()
        return phase == .open
    }

    /// Bytes that wait in this process to be taken by the kernel.
    package var outboundBytes: Int {
        eventLoop.preconditionInEventLoop()
        return (staged?.readableBytes ?? 0) + bytesInChannel
    }

    /// Sends one text message; the payload must be UTF-8.
    package func send(text payload: ByteBuffer) {
        guard hasRoom(for: payload.readableBytes + FrameEncoder.maxHeaderBytes) else { return }
        stage { FrameEncoder.text(payload, into: &$0) }
    }

    /// Sends one binary message.
    package func send(binary payload: ByteBuffer) {
        guard hasRoom(for: payload.readableBytes + FrameEncoder.maxHeaderBytes) else { return }
        stage { FrameEncoder.binary(payload, into: &$0) }
    }

    /// Sends frames that are already encoded (`FrameEncoder`), for what goes to many sockets.
    package func send(frames: ByteBuffer) {
        guard hasRoom(for: frames.readableBytes) else { return }
        stage(frames)
    }

    /// Says goodbye: a close frame follows what was sent before it, and the connection ends when the client
    /// has answered, or after the close timeout. Nothing is received any more. A second call does nothing.
    package func close(code: WebSocketCloseCode, reason: String = "") {
        guard isOpen else { return }
        startClosing()
        stage { FrameEncoder.close(code, reason: reason, into: &$0) }
    }

    /// Lets the client finish and sends it elsewhere, at a random moment within the drain period.
    func drain() { context?.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }

    // MARK: Called by SocketHandler

    func attach(to context: ChannelHandlerContext, saying answer: ByteBuffer) {
        self.context = context
        wire = SocketWire(context, isBehind: bytesInChannel > 0)
        isWritable = context.channel.isWritable
        loop.add(self)
        stage(answer)
    }

    func detach() {
        guard context != nil else { return }
        phase = .gone
        context = nil
        wire = nil
        staged = nil
        deadline?.cancel()
        deadline = nil
        loop.remove(self)
    }

    func answerPing(_ payload: ByteBuffer) {
        guard hasRoom(for: payload.readableBytes + FrameEncoder.maxHeaderBytes) else { return }
        stage { FrameEncoder.pong(payload, into: &$0) }
    }

    /// The client has sent a close frame: it gets its answer if it did not have it, and the connection ends.
    func peerClosed(_ code: WebSocketCloseCode?) {
        if phase == .open {
            startClosing()
            stage { FrameEncoder.close(code, into: &$0) }
        }
        finish(.all)
    }

    /// The client has broken the protocol. What it still sends is read and dropped until it ends the
    /// connection: closing with unread input would make the kernel reset the connection, and the client
    /// might never see the close frame.
    func fail(_ failure: WebSocketFailure) {
        if phase == .open {
            close(code: failure.code, reason: failure.reason)
        }
        finish(.output)
    }

    /// No byte will come any more.
    func inputClosed() {
        if phase == .open { startClosing() }
        finish(.all)
    }

    func writabilityChanged(to isWritable: Bool) {
        self.isWritable = isWritable
        flush()
    }

    /// Hands what is staged to the channel, unless the channel still has enough of what it got before.
    func flush() {
        guard isWritable, let context, var frames = staged else { return }
        staged = nil
        frames.moveReaderIndex(forwardBy: wire?.write(frames, past: context.channel) ?? 0)
        if frames.readableBytes > 0 { write(frames, to: context) }
    }

    private func write(_ frames: ByteBuffer, to context: ChannelHandlerContext) {
        wire?.channelBegins()
        let written = eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenSuccess { self.wire?.channelFinished() }
        context.writeAndFlush(NIOAny(frames), promise: written)
    }

    // MARK: Sending

    private var bytesInChannel: Int {
        guard let options = context?.channel.syncOptions else { return 0 }
        // A channel that does not know the option, as in tests without a network, holds nothing back.
        return (try? options.getOption(.bufferedWritableBytes)) ?? 0
    }

    /// Whether `count` more bytes may be sent. Closes the socket when they are too many.
    private func hasRoom(for count: Int) -> Bool {
        eventLoop.preconditionInEventLoop()
        guard phase == .open, context != nil else { return false }
        let limit = terms.maxOutboundBytes ?? loop.configuration.maxOutboundBytes
        let waiting = (staged?.readableBytes ?? 0) + count
        // A writable channel holds less than its high watermark; only near the limit is it asked.
        if isWritable, waiting <= limit - SocketHandler.highWatermark {
            return true
        }
        guard waiting + bytesInChannel > limit else { return true }
        staged = terms.lastWordsToTheSlow
        close(code: .tryAgainLater, reason: "too slow")
        return false
    }

    private func stage(_ frames: ByteBuffer) {
        if staged == nil {
            staged = frames
        } else {
            staged?.writeImmutableBuffer(frames)
        }
        loop.flushSoon(self)
    }

    private func stage(_ encode: (inout ByteBuffer) -> Void) {
        // Taken out, so that the buffer has one owner while it grows.
        var frames = staged ?? ByteBuffer()
        staged = nil
        encode(&frames)
        staged = frames
        loop.flushSoon(self)
    }

    // MARK: Closing

    private func startClosing() {
        phase = .closing
        guard let context else { return }
        deadline = eventLoop.assumeIsolated().scheduleTask(in: loop.configuration.closeTimeout) {
            context.close(promise: nil)
        }
    }

    /// Ends the connection, or our half of it, after everything staged has been written.
    private func finish(_ mode: CloseMode) {
        guard let context else { return }
        let written = eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in
            context.close(mode: mode, promise: nil)
        }
        context.writeAndFlush(NIOAny(staged ?? ByteBuffer()), promise: written)
        staged = nil
    }
}
