import NIOCore
import Support

/// `read {up_to_seq}`: the caller has seen the messages up to there; everything when not given.
struct ReadCommand: Command {
    static let action = "read"
    private let upTo: Int?

    init(_ input: ActionInput) throws(SupportError) { upTo = input.upToSeq?.value }

    func perform(_ context: CommandContext, at now: Timestamp) async throws -> ByteBuffer? {
        try await context.desk.receipts.mark(
            .read, upTo: upTo, in: try context.chat(for: Self.action), by: context.principal, at: now)
        return nil
    }
}
