/// Something that a test waited for did not come.
package struct NotSeen: Error, CustomStringConvertible {
    package let description: String
}

/// Returns once `condition` holds; throws when it does not within `limit`.
package func waitUntil(
    _ what: String, within limit: Duration = .seconds(30), _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else {
            throw NotSeen(description: "not seen within \(limit): \(what)")
        }
        try await Task.sleep(for: .milliseconds(5))
    }
}

/// Runs the same thing many times at once and returns what each run came to.
package func race<Value: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (Int) async throws -> Value
) async throws -> [Value] {
    try await withThrowingTaskGroup(of: (Int, Value).self) { group in
        for index in 0..<count { group.addTask { (index, try await body(index)) } }
        var values: [Int: Value] = [:]
        for try await (index, value) in group { values[index] = value }
        return (0..<count).compactMap { values[$0] }
    }
}

/// Lets so many in at once; the others wait in line.
package actor Turnstile {
    private var free: Int
    private var line: [CheckedContinuation<Void, Never>] = []

    package init(_ places: Int) { free = places }

    package func pass<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
        if free > 0 { free -= 1 } else { await withCheckedContinuation { line.append($0) } }
        defer {
            if line.isEmpty { free += 1 } else { line.removeFirst().resume() }
        }
        return try await body()
    }
}
