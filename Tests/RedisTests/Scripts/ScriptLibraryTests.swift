import Foundation
import Redis
import Testing

@Suite struct ScriptLibraryTests {
    @Test func `all scripts of a folder and its subfolders, by their relative names`() throws {
        try withFolder([
            "ping.lua": "-- ping.lua: answer.\n-- Returns  {\"pong\"}\nreturn {'pong'}",
            "a/b/deep.lua": "-- deep.lua: lie deep.\n-- KEYS[1]  x\n-- Returns  1\nreturn KEYS[1]",
            "a/notes.txt": "no script",
        ]) { folder in
            let library = try ScriptLibrary(directory: folder)
            #expect(library.all.map(\.name) == ["a/b/deep", "ping"])
            let deep = try library.script("a/b/deep")
            #expect(deep.keyCount == 1)
            #expect(throws: RedisError.self) { try library.script("absent") }
        }
    }

    @Test func `the faults of all files come in one message`() throws {
        try withFolder(["x.lua": "return 1", "y/z.lua": "return 2"]) { folder in
            let error = #expect(throws: RedisError.self) { try ScriptLibrary(directory: folder) }
            #expect(error?.code == .configuration)
            #expect(error?.message.contains("lua/x.lua") == true)
            #expect(error?.message.contains("lua/y/z.lua") == true)
        }
    }

    @Test func `a missing folder is said to be missing`() {
        let error = #expect(throws: RedisError.self) { try ScriptLibrary(directory: "/nonexistent/lua") }
        #expect(error?.message.contains("/nonexistent/lua") == true)
    }

    private func withFolder(_ files: [String: String], _ body: (String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "/scripts-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }  // Best effort.
        for (path, text) in files {
            let file = URL(fileURLWithPath: "\(folder)/\(path)")
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        try body(folder)
    }
}
