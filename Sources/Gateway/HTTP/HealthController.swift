import Hummingbird
import Support

/// `/health/live` and `/health/ready`.
///
/// Ready means: can accept messages, and for that Redis is needed and nothing else. PostgreSQL away, no worker, or a
/// long journal make it `degraded`, which is for people to look at: taking every gateway out of service would help
/// nobody then. A gateway that stops is not ready from the first moment, while it still answers.
struct HealthController {
    let desk: SupportDesk
    let drain: Drain

    private struct Stopping: Encodable {
        let status = "stopping"
        let checks: [String: Health.Check] = [:]
    }

    private struct Live: Encodable { let status = "ok" }

    @Sendable func live(_ request: Request, _ context: GatewayContext) async throws -> some ResponseGenerator
    {
        JSONBody(Live())
    }

    @Sendable func ready(_ request: Request, _ context: GatewayContext) async throws -> Response {
        if drain.hasBegun { return JSONBody(status: .serviceUnavailable, Stopping()).response() }
        let health = await desk.health.check()
        return JSONBody(status: health.status == .unavailable ? .serviceUnavailable : .ok, health).response()
    }
}
