import NIOCore

/// The end of a connection that did not become what its client wanted: one answer, and what still comes is dropped.
///
/// It stands first in the pipeline, so whatever was there before hears nothing any more and says nothing. The client
/// gets a moment to end the connection by itself: closing it with unread input would make the kernel reset it, and the
/// answer might never be read.
final class RefusedConnection: ChannelDuplexHandler {
    typealias InboundIn = Any
    typealias OutboundIn = Any
    typealias OutboundOut = ByteBuffer

    private static let lingerTime: TimeAmount = .seconds(1)

    private let answer: ByteBuffer
    private var isOver: Scheduled<Void>?

    private init(_ answer: ByteBuffer) { self.answer = answer }

    /// Answers on the channel of a handler, once.
    static func take(_ context: ChannelHandlerContext, saying refusal: Admission) {
        guard let answer = refusal.answer else { return }
        do {
            try context.pipeline.syncOperations.addHandler(RefusedConnection(answer), position: .first)
        } catch {
            // Handlers cannot be added to a channel that has just been closed.
            context.close(promise: nil)
        }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in
            context.close(mode: .output, promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(answer), promise: written)
        isOver = context.eventLoop.assumeIsolated().scheduleTask(in: Self.lingerTime) {
            context.close(promise: nil)
        }
        context.read()
    }

    func handlerRemoved(context: ChannelHandlerContext) { isOver?.cancel() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

    func channelReadComplete(context: ChannelHandlerContext) { context.read() }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent: break
        case ChannelEvent.inputClosed: context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        promise?.fail(ChannelError.ioOnClosedChannel)
    }

    func flush(context: ChannelHandlerContext) {}

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode == .all {
            context.close(mode: .all, promise: promise)
        } else {
            promise?.succeed()
        }
    }
}
