import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// The handlers through which a connection speaks HTTP/1.1, until it becomes a WebSocket.
struct HTTPHandlers {
    private let encoder = HTTPResponseEncoder()
    /// It stops at an upgrade and holds what follows, a few reads at most; a request head fits many times.
    private let decoder = ByteToMessageHandler(
        HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes), maximumBufferSize: 512 * 1024)
    private let codec = HTTP1ToHTTPServerCodec(secure: false)

    func add(to pipeline: ChannelPipeline, before protocolSwitch: ProtocolSwitch) throws {
        let pipeline = pipeline.syncOperations
        try pipeline.addHandler(encoder)
        try pipeline.addHandler(decoder)
        try pipeline.addHandler(codec)
        try pipeline.addHandler(protocolSwitch)
    }

    /// Takes these handlers out and puts the opening of a WebSocket in their place.
    ///
    /// It may write as soon as it is there, so the encoder goes before; the decoder goes last, in a later turn of
    /// the loop, and then hands over the bytes that it has not parsed.
    func makeWay(for opening: SocketOpening, in pipeline: ChannelPipeline) throws {
        let pipeline = pipeline.syncOperations
        let leftoverGuard = LeftoverGuard()
        pipeline.removeHandler(codec, promise: nil)
        pipeline.removeHandler(encoder, promise: nil)
        try pipeline.addHandler(leftoverGuard, position: .after(decoder))
        try pipeline.addHandler(opening, position: .after(leftoverGuard))
        pipeline.removeHandler(decoder).assumeIsolated().whenComplete { _ in
            pipeline.removeHandler(leftoverGuard, promise: nil)
        }
    }
}

/// What Hummingbird puts behind the switch to serve a connection.
struct HummingbirdHandlers {
    let connectionState: HTTPConnectionStateHandler
    let channel: NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    /// Adds them to the end of the pipeline.
    init(on channel: any Channel, idleTimeout: TimeAmount, logger: Logger) throws {
        connectionState = HTTPConnectionStateHandler(
            idleTimeout: .nanoseconds(idleTimeout.nanoseconds), logger: logger)
        try channel.pipeline.syncOperations.addHandler(connectionState)
        self.channel = try NIOAsyncChannel(
            wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
    }
}
