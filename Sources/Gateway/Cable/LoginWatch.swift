import Logging
import ServiceLifecycle
import Support

/// Ends the sessions of staff whose login has ended: at once when somebody logs out, as all gateways are told, and
/// within a minute when they were suspended or the word was lost with a connection, as every login that has sessions
/// here is looked up again.
package struct LoginWatch: Service {
    private let revocations: Revocations
    private let desk: SupportDesk
    private let loops: CableLoops
    private let interval: Duration
    private let logger: Logger

    /// - Parameters:
    ///   - revocations: shut down when the watch ends.
    ///   - interval: between two rounds of looking up.
    package init(
        revocations: Revocations, desk: SupportDesk, loops: CableLoops, interval: Duration = .seconds(60),
        logger: Logger
    ) {
        self.revocations = revocations
        self.desk = desk
        self.loops = loops
        self.interval = interval
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { tasks in
                tasks.addTask {
                    for await token in revocations.tokens {
                        loops.end(.unauthorized) { $0.tokenDigest == token }
                    }
                }
                tasks.addTask { await lookUpAgainAndAgain() }
            }
        }
        await revocations.shutdown()
    }

    private func lookUpAgainAndAgain() async {
        while !Task.isCancelled {
            do {
                try await revocations.listen()
                try await lookUp()
            } catch {
                logger.warning("logins could not be looked up", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: interval)  // cut short when the gateway stops
        }
    }

    private func lookUp() async throws {
        for session in try await loops.staff() {
            do {
                try await desk.logins.confirm(session, at: .now())
            } catch SupportError.unauthorized, SupportError.notFound {
                loops.end(.unauthorized) {
                    $0.tokenDigest == session.tokenDigest && $0.id == .agent(session.agentID)
                }
            }
        }
    }
}
