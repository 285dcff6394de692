import NIOCore

/// What `RedisClient` does, in a cluster.
extension RedisCluster {
    func send(_ command: RedisCommand) async throws(RedisError) -> RESPValue {
        let result = await withUnsafeContinuation {
            (continuation: UnsafeContinuation<Result<RESPValue, RedisError>, Never>) in
            submit(command) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    func submit(_ command: RedisCommand, _ completion: @escaping Reply) {
        submit(command.slot, command.name, completion) { node, asking, reply in
            node.stage(command.name, asking: asking, .callback(reply)) { $0.writeRESP(command) }
        }
    }

    func evaluate(
        _ script: RedisScript, keys: [String], arguments: [RedisArgument]
    ) async throws(RedisError) -> RESPValue {
        let result = await withUnsafeContinuation {
            (continuation: UnsafeContinuation<Result<RESPValue, RedisError>, Never>) in
            submit(script, keys: keys, arguments: arguments) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }

    func submit(
        _ script: RedisScript, keys: [String], arguments: [RedisArgument], _ completion: @escaping Reply
    ) {
        submit(keys.first.map { HashSlot(of: $0) }, script.commandName, completion) { node, asking, reply in
            node.submit(script, keys: keys, arguments: arguments, asking: asking, reply)
        }
    }

    /// As one write to the one node that holds all of the keys. Commands that it sends elsewhere follow one by one; those
    /// of a MULTI all together, as none of them has run.
    func pipeline(_ commands: [RedisCommand]) async throws(RedisError) -> [RESPValue] {
        let slots = Set(commands.compactMap(\.slot))
        guard slots.count <= 1 else {
            throw RedisError(.configuration, "the keys of a pipeline lie in several slots of the cluster")
        }
        let isTransaction = commands.contains { $0.name == "MULTI" }
        for _ in 0..<ClusterTrip.redirectionsAtOnce {
            let (node, endpoint) = try await node(of: slots.first)
            var replies = try await node.pipeline(commands)
            var isMoved = false
            for (place, reply) in replies.enumerated() {
                guard case .error(let text) = reply, let redirection = Redirection(text, asked: endpoint)
                else {
                    continue
                }
                isMoved = true
                if !redirection.isForOnce { learn(redirection) }
                if !isTransaction { replies[place] = try await value(of: commands[place]) }
            }
            if !isMoved || !isTransaction { return replies }
        }
        throw RedisError(.server, "TRYAGAIN the slot is on its way", command: "MULTI", serverCode: .tryAgain)
    }

    /// An error reply is a value.
    private func value(of command: RedisCommand) async throws(RedisError) -> RESPValue {
        do throws(RedisError) {
            return try await send(command)
        } catch {
            guard error.code == .server else { throw error }
            return .error(error.message)
        }
    }

    func load(_ library: ScriptLibrary) async throws(RedisError) {
        var lastFailure: RedisError?
        var isLoaded = false
        for (_, client) in try await masters() {
            do throws(RedisError) {
                try await client.load(library)
                isLoaded = true
            } catch {
                guard error.isTransient else { throw error }
                lastFailure = error
            }
        }
        if !isLoaded, let lastFailure { throw lastFailure }
    }
}
