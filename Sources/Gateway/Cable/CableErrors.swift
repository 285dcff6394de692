import NIOCore
import Realtime

/// What a session answers to frames that it cannot take.
extension ErrorResponse {
    static func tooManyFrames(retryAfter: TimeAmount) -> ErrorResponse {
        ErrorResponse(
            .tooManyRequests, "rate_limited", "Too many frames; this one was dropped.",
            retryAfter: Double(retryAfter.nanoseconds) / 1e9)
    }

    static let unknownChannel = ErrorResponse(.notFound, "unknown_channel", "There is no such channel.")
    static let notSubscribed = ErrorResponse(
        .conflict, "not_subscribed", "Subscribe to the channel, and wait for its confirmation, first.")
    static let tooManyWaiting = ErrorResponse(
        .tooManyRequests, "rate_limited", "Too many commands wait for their answers.", retryAfter: 1)

    static let unavailable = ErrorResponse(
        .serviceUnavailable, "unavailable", "A part of the service is away; try again soon.", retryAfter: 1)

    init(_ malformed: ActionCableCommand.Malformed, _ dialect: ActionCableDialect) {
        switch malformed {
        case .notJSON: self.init(.badRequest, "malformed", "The frame is not a JSON object.")
        case .unknownCommand:
            self.init(
                .badRequest, "unknown_command",
                dialect == .plain
                    ? "The commands are subscribe, unsubscribe and message."
                    : "The commands are subscribe, unsubscribe, message, history, ping and pong.",
                field: "command")
        case .missing(let field):
            self.init(.badRequest, "malformed", "It is missing, or not a string.", field: field)
        }
    }
}
