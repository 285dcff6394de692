import Hummingbird
import Logging

/// Turns every error into the documented shape, and notes those that are ours.
struct ErrorMiddleware: RouterMiddleware {
    func handle(
        _ request: Request, context: GatewayContext,
        next: (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            let refusal = ErrorResponse(error)
            if refusal.isOurFault {
                // The path has ids and no secrets; the query may have anything, and stays out of the log.
                context.logger.error(
                    "a request failed",
                    metadata: [
                        "method": "\(request.method)", "path": "\(request.uri.path)", "error": "\(error)",
                    ])
            }
            return refusal.response()
        }
    }
}
