import Gateway
import Hummingbird
import Logging
import NIOCore
import Realtime
import ServiceLifecycle
import Support

/// A gateway: HTTP and sockets, stateless, any number of them.
struct GatewayRole {
    let house: House
    let metrics: PrometheusRegistry

    func run() async throws {
        let (settings, logger) = (house.settings, house.logger)
        try await house.redis.load(house.scripts)

        let loops = try await CableLoops(group: house.group)
        let hub = try await Hub(
            redis: settings.redis, group: house.group, logger: logger,
            frameHeader: { FrameEncoder.textHeader(length: $0, into: &$1) })
        let drain = Drain()
        let cable = Cable(
            desk: house.desk, hub: hub, loops: loops, limits: settings.gateway.cable, logger: logger)
        let gateway = GatewayApplication(
            configuration: settings.gateway, desk: house.desk,
            cable: cable,
            files: try StaticFiles(directory: "\(settings.home)/web/dist"), drain: drain, logger: logger,
            metrics: { [metrics] in metrics.exposition() })
        logger.info(
            "gateway listens",
            metadata: ["host": "\(settings.gateway.host)", "port": "\(settings.gateway.port)"])

        var group = ServiceGroupConfiguration(
            services: [
                .init(service: gateway.service(on: house.group)),
                .init(
                    service: LoginWatch(
                        revocations: Revocations(redis: settings.redis, group: house.group, logger: logger),
                        desk: house.desk, loops: loops, logger: logger)),
                .init(
                    service: GatewayStop(drain: drain, period: settings.drainPeriod),
                    successTerminationBehavior: .gracefullyShutdownGroup),
            ], logger: logger)
        // For requests that never come to an end; sockets have a time-out of their own.
        group.maximumGracefulShutdownDuration = .seconds(10)
        try await ServiceGroup(configuration: group).run()
        await cable.shutdown()
        await hub.shutdown()
    }
}
