import Redis
import Testing

@testable import Jobs

@Suite struct JobScriptsTests {
    @Test func `every script of the folder is called, with the inputs its header names`() throws {
        let library = try ScriptLibrary(directory: JobsHarness.luaFolder)
        let scripts = try JobScripts(library)
        let called = Mirror(reflecting: scripts).children.compactMap { ($0.value as? RedisScript)?.name }
        #expect(library.all.map(\.name).filter { $0.hasPrefix("jobs/") } == called.sorted())
        #expect(scripts.fetch.keyCount == 4 && scripts.fetch.header.keys.isOpen)
        #expect(scripts.fetch.header.arguments.count == 4 && scripts.fetch.header.arguments.isOpen)
        #expect(scripts.settle.header.words == ["moved", "lost"])
        #expect(scripts.leave.header.words == ["left", "owing"])
        #expect(scripts.recover.header.words == ["alive", "recovered"])
    }

    @Test func `a configuration names all its problems at once`() {
        var configuration = JobWorkerConfiguration()
        #expect(configuration.validate().isEmpty)
        configuration.concurrency = 0
        configuration.queues = ["a", "a"]
        configuration.lease = .seconds(1)
        #expect(configuration.validate().count == 3)
    }
}
