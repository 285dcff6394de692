import NIOCore

/// A command that awaits its reply, and who awaits it.
struct PendingCommand: Sendable {
    enum Completion: Sendable {
        case continuation(UnsafeContinuation<Result<RESPValue, RedisError>, Never>)
        case callback(@Sendable (Result<RESPValue, RedisError>) -> Void)
        /// One of several replies that somebody awaits together.
        case pipeline(PipelineReplies)
        /// Nobody any more: it timed out. Its reply is still due, and keeps its place until it comes.
        case abandoned
    }

    var completion: Completion
    /// For errors only.
    let name: String
    /// Its size on the wire.
    let byteCount: Int
    var deadline: NIODeadline = .distantFuture

    func complete(_ result: Result<RESPValue, RedisError>) {
        switch completion {
        case .continuation(let continuation): continuation.resume(returning: result)
        case .callback(let callback): callback(result)
        case .pipeline(let replies): replies.receive(result)
        case .abandoned: break
        }
    }

    func answer(_ reply: RESPValue) {
        switch (completion, reply) {
        case (.pipeline(let replies), _): replies.receive(.success(reply))
        case (_, .error(let text)): complete(.failure(.server(text, command: name)))
        default: complete(.success(reply))
        }
    }

    func fail(_ error: RedisError) { complete(.failure(error.of(name))) }
}

/// The replies of one `pipeline` call; resumes its caller at the last one, or at the first failure of the connection.
///
/// Unchecked because the compiler cannot see the hand-over: made by the caller, it passes once through the lock
/// of `CommandStaging`, and from then on only the connection's event loop touches it.
final class PipelineReplies: @unchecked Sendable {
    private var values: [RESPValue] = []
    private var missing: Int
    private var failure: RedisError?
    private let continuation: UnsafeContinuation<Result<[RESPValue], RedisError>, Never>

    init(_ count: Int, _ continuation: UnsafeContinuation<Result<[RESPValue], RedisError>, Never>) {
        missing = count
        self.continuation = continuation
        values.reserveCapacity(count)
    }

    func receive(_ result: Result<RESPValue, RedisError>) {
        switch result {
        case .success(let value): values.append(value)
        case .failure(let error): failure = failure ?? error
        }
        missing -= 1
        guard missing == 0 else { return }
        continuation.resume(returning: failure.map { .failure($0) } ?? .success(values))
    }
}
