import NIOCore
import Support

/// `delivered {up_to_seq}`: the caller's device has the messages up to there.
struct DeliveredCommand: Command {
    static let action = "delivered"
    private let upTo: Int

    init(_ input: ActionInput) throws(SupportError) {
        guard let upTo = input.upToSeq?.value else { throw .invalid(field: "up_to_seq", "It is missing.") }
        self.upTo = upTo
    }

    func perform(_ context: CommandContext, at now: Timestamp) async throws -> ByteBuffer? {
        try await context.desk.receipts.mark(
            .delivered, upTo: upTo, in: try context.chat(for: Self.action), by: context.principal, at: now)
        return nil
    }
}
