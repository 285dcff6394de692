import NIOCore
import Support

/// `availability {status}`: whether the agent takes conversations: online, busy or away. All staff are told.
struct AvailabilityCommand: Command {
    static let action = "availability"
    private let status: Availability.Status

    init(_ input: ActionInput) throws(SupportError) { status = try .init(named: input.status ?? "") }

    func perform(_ context: CommandContext, at now: Timestamp) async throws -> ByteBuffer? {
        guard case .agent(let agent) = context.principal else {
            throw SupportError.unknownAction(Self.action)
        }
        try await context.desk.availability.set(
            status, of: agent.agentID, account: agent.accountID, in: agent.cell)
        return nil
    }
}
