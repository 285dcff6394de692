import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import NIOPosix
import Realtime
import Redis
import Support
import TestSupport

@testable import Gateway

/// The whole gateway at a fresh desk: HTTP by requests, and when it is live, sockets on its port.
struct TestFace: Sendable {
    let fixture: SupportFixture
    let client: any TestClientProtocol
    let loops: CableLoops

    struct Answer: Sendable {
        let status: Int
        let headers: HTTPFields
        let body: Said
        var code: String? { body["error", "code"] }
        var field: String? { body["error", "field"] }
        /// All that the refusal says; the order of its members is free.
        var error: [String?] { [code, body["error", "message"], field] }
    }

    /// - Parameter setup: `.router` answers requests without a socket, `.live` opens a port.
    static func run(
        _ setup: TestingSetup = .router, in world: TestWorld? = nil, limits: CableLimits = CableLimits(),
        _ configure: @Sendable (inout SupportConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (TestFace) async throws -> Void
    ) async throws {
        let fixture = try await SupportFixture.make(in: world, configure)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let hub = try await Hub(
            redis: try RedisConfiguration(url: fixture.world.redisURL), group: group, logger: TestWorld.quiet,
            frameHeader: { FrameEncoder.textHeader(length: $0, into: &$1) })
        let loops = try await CableLoops(group: group)
        let site = FileManager.default.temporaryDirectory.appending(path: "site-\(UUID())")
        try FileManager.default.createDirectory(at: site, withIntermediateDirectories: true)
        try Data("<h1>hello</h1>".utf8).write(to: site.appending(path: "index.html"))
        var configuration = GatewayApplication.Configuration()
        configuration.port = 0
        configuration.channel.webSocket.drainPeriod = .milliseconds(10)
        // The clients of these tests do not answer a close frame.
        configuration.channel.webSocket.closeTimeout = .milliseconds(100)
        let gateway = GatewayApplication(
            configuration: configuration, desk: fixture.desk,
            cable: Cable(
                desk: fixture.desk, hub: hub, loops: loops, limits: limits, logger: TestWorld.quiet),
            files: try StaticFiles(directory: site.path), logger: TestWorld.quiet,
            metrics: { ByteBuffer(string: "# EOF\n") })
        let result: Result<Void, any Error>
        do {
            result = .success(
                try await gateway.build(on: group).test(setup) { client in
                    try await body(TestFace(fixture: fixture, client: client, loops: loops))
                })
        } catch {
            result = .failure(error)
        }
        await hub.shutdown()
        try await group.shutdownGracefully()
        try FileManager.default.removeItem(at: site)
        try result.get()
    }

    func ask(
        _ method: HTTPRequest.Method, _ path: String, as token: String? = nil, _ json: String? = nil,
        headers: HTTPFields = [:]
    ) async throws -> Answer {
        var headers = headers
        if let token { headers[.authorization] = "Bearer \(token)" }
        if json != nil { headers[.contentType] = "application/json" }
        let response = try await client.execute(
            uri: path, method: method, headers: headers, body: json.map { ByteBuffer(string: $0) })
        return Answer(
            status: response.status.code, headers: response.headers, body: Said(response.body))
    }
}
