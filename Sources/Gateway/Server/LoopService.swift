import Realtime
import ServiceLifecycle

/// A service whose tasks run on an event loop, as far as they ask for nothing else.
struct LoopService<Wrapped: Service>: Service {
    let service: Wrapped
    let executor: LoopExecutor

    func run() async throws {
        try await withTaskExecutorPreference(executor) { try await service.run() }
    }
}
