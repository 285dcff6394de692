import ArgumentParser
import Gateway
import Hummingbird
import Logging
import NIOCore
import NIOPosix
import Realtime
import Redis

struct BenchRelayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relay",
        abstract: "The gateway without the business: passes on what is said, for load generators.",
        discussion: """
            Speaks ActionCable on ws://127.0.0.1:PORT/cable. Subscribe to any identifier; what is sent as the data of a
            message, a JSON text, goes through Redis to every subscriber of that identifier, on every instance.
            Nobody is asked who they are, so it listens on the loopback address only, until it is stopped.

              switchboard bench relay --redis redis://127.0.0.1:6379 --port 9001
            """)

    @Option(help: "The port to listen on.") var port = 9001
    @Option(help: "Event loops; one per core when 0.") var loops = 0
    @Option(help: "Redis.") var redis = "redis://127.0.0.1:6379"

    func run() async throws {
        try await Switchboard.report {
            var logger = Logger(label: "relay")
            logger.logLevel = .warning
            let group = MultiThreadedEventLoopGroup(numberOfThreads: loops > 0 ? loops : System.coreCount)
            let configuration = try RedisConfiguration(url: redis)
            let client = RedisClient(configuration, group: group, logger: logger)
            let hub = try await Hub(
                redis: configuration, group: group, logger: logger,
                frameHeader: { FrameEncoder.textHeader(length: $0, into: &$1) })
            let relay = RelaySession.Relay(hub: hub, redis: client)
            let admit: Admit = { request, loop in
                let dialect = ActionCableDialect.chosen(from: request.offeredSubprotocols)
                return loop.makeSucceededFuture(
                    .accept(subprotocol: dialect?.rawValue) { socket in
                        RelaySession(socket: socket, relay: relay, dialect: dialect ?? .plain)
                    })
            }
            var channel = GatewayChannel.Configuration()
            channel.webSocket.maxOutboundBytes = 64 << 20
            let application = Application(
                router: Router(), server: .gateway(sockets: ["/cable": admit], configuration: channel),
                configuration: .init(address: .hostname("127.0.0.1", port: port), backlog: 4096),
                eventLoopGroupProvider: .shared(group), logger: logger)
            // As the gateway does it.
            try await withTaskExecutorPreference(LoopExecutor(group.next())) {
                try await application.runService()
            }
            await hub.shutdown()
            await client.shutdown()
        }
    }
}
